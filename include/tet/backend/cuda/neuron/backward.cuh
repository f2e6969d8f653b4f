// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/channel_sums.cuh>
#include <tet/backend/cuda/cuda.cuh>
#include <tet/backend/cuda/neuron/through_time.cuh>
#include <tet/core/error.hpp>

#include <string>

namespace tet {

namespace gpu {

/// Sums per channel of the backward pass: two of BatchNorm, one for each learnable parameter.
template <class Neuron, class Normalise>
inline constexpr int neuron_sums = (std::is_same_v<Normalise, NoNormalisation> ? 0 : 2) +
                                   int(neuron_parameters<Neuron>.size());

/// Gradients of the neurons of one channel at some places; returns their sums.
template <int Steps, class Neuron, class Kind, class Normalise, class Scalar>
struct NeuronBackward {
  NeuronCall<Kind, Normalise, Scalar> call;
  GradientView<Scalar> ds;
  Scalar* dx;                    // nullptr: not wanted
  Scalar const* final_gradient;  // dL/d final state
  Scalar* initial_gradient;

  static constexpr int sums = neuron_sums<Neuron, Normalise>;

  TET_HD Values<double, sums == 0 ? 1 : sums> operator()(Index first, Index end, Index c) const {
    using Lane = NeuronLane<Neuron, Kind, Normalise, Scalar>;
    Values<double, sums == 0 ? 1 : sums> sum{};
    for (Index n = first; n < end; ++n) {
      Lane const lane(call, n, c);
      GradientRow<Scalar> const row(ds, call.pixels, call.x.channels, n);
      Scalar total = 0, weighted = 0;
      Values<Scalar, Lane::learnable == 0 ? 1 : Lane::learnable> dparameters{};
      auto const use = [&](Index t, Scalar centred, auto const& g) {
        if (dx != nullptr && !call.repeated) dx[(t * call.pixels + n) * call.x.channels + c] = g.x;
        total += g.x;
        weighted += g.x * centred;
        if constexpr (Lane::learnable > 0) {
          auto const parts = bits_as<Values<Scalar, Lane::learnable>>(g.parameters);
          for (int i = 0; i < Lane::learnable; ++i) dparameters[i] += parts[i];
        }
      };
      lane.store_state(initial_gradient, neuron_there_and_back<Steps>(lane, call, row, final_gradient, use));
      if (dx != nullptr && call.repeated) dx[n * call.x.channels + c] = total;
      if constexpr (Lane::normalised) {
        sum[0] += double(total);
        sum[1] += double(weighted);
      }
      for (int i = 0; i < Lane::learnable; ++i) sum[sums - Lane::learnable + i] += double(dparameters[i]);
    }
    return sum;
  }
};

/// dL/dx of one neuron behind a BatchNorm.
template <int Steps, class Neuron, class Kind, class Scalar>
struct NeuronInputGradient {
  NeuronCall<Kind, Normalisation<Scalar>, Scalar> call;
  GradientView<Scalar> ds;
  BatchNormGradient<Scalar> norm;
  Scalar const* final_gradient;
  Scalar* dx;

  TET_HD void operator()(Index i) const {
    using Lane = NeuronLane<Neuron, Kind, Normalisation<Scalar>, Scalar>;
    Index const channels = call.x.channels, n = i / channels, c = i % channels;
    Lane const lane(call, n, c);
    GradientRow<Scalar> const row(ds, call.pixels, channels, n);
    Scalar const scale = norm.scale[c], mean_dy = norm.mean_dy[c], slope = norm.slope[c];
    Scalar total = 0, centred_frame = 0;
    neuron_there_and_back<Steps>(lane, call, row, final_gradient, [&](Index t, Scalar centred, auto const& g) {
      if (!call.repeated) dx[t * call.pixels * channels + i] = scale * (g.x - mean_dy - centred * slope);
      total += g.x;
      centred_frame = centred;
    });
    if (call.repeated) dx[i] = scale * (total - mean_dy - centred_frame * slope);
  }
};

/// One sum for all channels of a layer.
template <class Scalar>
struct StoreTotal {
  double const* sum;
  Scalar* to;
  Index channels;

  TET_HD void operator()(Index) const {
    double total = 0;
    for (Index c = 0; c < channels; ++c) total += sum[c];
    *to = Scalar(total);
  }
};

}  // namespace gpu

/// Bytes that neuron_backward and neuron_input_gradient need.
/// Throws: std::invalid_argument for more than 1024 timesteps.
template <NeuronModel Neuron, class Normalise, class Scalar, class Execution>
Index neuron_workspace(BasicCuda<Execution> const&, Index timesteps, Index pixels, Index channels) {
  constexpr Index most = gpu::segment_steps * gpu::most_segments;
  if (timesteps > most)
    refuse("timesteps of one call on CUDA", std::to_string(timesteps), "at most " + std::to_string(most));
  return gpu::ChannelChunks{pixels, channels}.bytes(std::max(gpu::neuron_sums<Neuron, Normalise>, 1));
}

/// Gradients of neuron_forward. The states are recomputed from the input, nothing but the input is kept.
///
/// `dx` receives dL/dx (of the normalised input): [T, pixels, C], or its sum over time where call.repeated; nullptr
/// where only the sums in `gradients` are wanted. It may be ds.data (without pooling), or the values of x.
/// Order: fixed by sizes.
template <NeuronModel Neuron, class Execution, class Kind, class Normalise, class Scalar>
void neuron_backward(BasicCuda<Execution>& exec, NeuronCall<Kind, Normalise, Scalar> const& call,
                     GradientView<Scalar> const& ds, std::type_identity_t<Scalar>* dx,
                     NeuronGradients<Scalar> const& gradients, Workspace workspace) {
  constexpr int sums = std::max(gpu::neuron_sums<Neuron, Normalise>, 1);
  Index const channels = call.x.channels;
  double const* sum = nullptr;
  gpu::with_steps(call.timesteps, [&]<int Steps>(std::integral_constant<int, Steps>) {
    gpu::NeuronBackward<Steps, Neuron, Kind, Normalise, Scalar> const body{call, ds, dx, gradients.final_state,
                                                                           gradients.initial_state};
    sum = gpu::channel_sums<sums>(exec, gpu::ChannelChunks{call.pixels, channels}, body, workspace);
  });
  auto const store = [&](Scalar* to, Sharing sharing) {
    if (sharing == Sharing::per_channel) exec.for_each(channels, gpu::StoreSum<Scalar>{sum, to});
    else exec.for_each(1, gpu::StoreTotal<Scalar>{sum, to, channels});
    sum += channels;
  };
  if constexpr (!std::is_same_v<Normalise, NoNormalisation>) {
    store(gradients.shift, Sharing::per_channel);
    store(gradients.centred, Sharing::per_channel);
  }
  for (int i = 0; i < int(neuron_parameters<Neuron>.size()); ++i)
    store(gradients.parameters[i], neuron_parameters<Neuron>[std::size_t(i)].sharing);
}

/// dL/dx of a layer of neurons behind a BatchNorm, of the values that the BatchNorm gets; its coefficients come from
/// the sums of neuron_backward.
///
/// `dx` [T, pixels, C] (one frame where call.repeated) may be the values of x.
template <NeuronModel Neuron, class Execution, class Kind, class Scalar>
void neuron_input_gradient(BasicCuda<Execution>& exec, NeuronCall<Kind, Normalisation<Scalar>, Scalar> const& call,
                           GradientView<Scalar> const& ds, BatchNormGradient<Scalar> const& norm,
                           std::type_identity_t<Scalar> const* final_gradient, Scalar* dx, Workspace) {
  gpu::with_steps(call.timesteps, [&]<int Steps>(std::integral_constant<int, Steps>) {
    exec.for_each(call.pixels * call.x.channels,
                  gpu::NeuronInputGradient<Steps, Neuron, Kind, Scalar>{call, ds, norm, final_gradient, dx});
  });
}

}  // namespace tet

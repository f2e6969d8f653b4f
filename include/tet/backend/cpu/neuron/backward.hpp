// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/neuron/lanes.hpp>
#include <tet/backend/cpu/reduce.hpp>
#include <tet/core/gradient.hpp>
#include <tet/core/workspace.hpp>

namespace tet {

namespace cpu {

/// The states of one place before each timestep, recomputed; they live in a task's scratch until the way back in time
/// has used them.
template <class Lanes>
struct RecomputedStep {
  typename Lanes::V centred;
  typename Lanes::State before;
};

template <class Neuron, class Kind, class Normalise, class Scalar>
using RecomputedSteps =
    std::array<RecomputedStep<NeuronLanes<Neuron, Kind, Normalise, Scalar, true>>, std::size_t(neuron_packs)>;

/// Goes through one place's neurons forward in time, then backward, and calls use(p, t, centred, gradient) for each
/// step of pack p.
/// Returns dL/d initial state.
template <class Lanes, int Packs, class Scalar, class Use>
[[gnu::always_inline]] inline std::array<typename Lanes::State, Packs> neuron_there_and_back(
    std::array<Lanes, Packs> const& lanes,
    NeuronCall<typename Lanes::KindType, typename Lanes::NormaliseType, Scalar> const& call,
    GradientRow<Scalar> const& ds, Scalar const* final_gradient, std::byte* scratch, Use const& use) {
  using V = typename Lanes::V;
  Index const timesteps = call.timesteps;
  auto* const steps = reinterpret_cast<std::array<RecomputedStep<Lanes>, Packs>*>(scratch);
  std::array<typename Lanes::State, Packs> state, dstate;
  for_each_of<Packs>([&](auto p) { state[p] = lanes[p].load_state(call.initial_state); });
  for (Index t = 0; t < timesteps; ++t)
    for_each_of<Packs>([&](auto p) {
      V const centred = lanes[p].centred(t);
      steps[t][p] = {centred, state[p]};
      state[p] = lanes[p].step(state[p], centred).next;
    });
  for_each_of<Packs>([&](auto p) { dstate[p] = lanes[p].load_state(final_gradient); });
  V const share(ds.share);
  for (Index t = timesteps; t-- > 0;)
    for_each_of<Packs>([&](auto p) {
      V const centred = steps[t][p].centred;
      auto const before = steps[t][p].before;
      V const d = V::load(ds.first + t * ds.step + lanes[p].c, lanes[p].count) * share;
      auto const g = Lanes::NeuronType::template backward<V>(before, lanes[p].parameters,
                                                             lanes[p].step(before, centred), d, dstate[p]);
      dstate[p] = g.state;
      use(p, t, centred, g);
    });
  return dstate;
}

/// Per-channel sums of the backward pass: two of BatchNorm, one for each learnable parameter.
template <class Neuron, class Normalise>
inline constexpr Index neuron_sums = (std::is_same_v<Normalise, NoNormalisation> ? 0 : 2) +
                                     Index(neuron_parameters<Neuron>.size());

}  // namespace cpu

/// Bytes that neuron_backward and neuron_input_gradient need.
template <NeuronModel Neuron, class Normalise, class Scalar, class Loops>
Index neuron_workspace(BasicCpu<Loops> const& exec, Index timesteps, Index pixels, Index channels) {
  Index const partials = cpu::neuron_partition(pixels).tasks() * cpu::neuron_sums<Neuron, Normalise> *
                         round_up(channels, native_width<Scalar>);
  return round_up(partials * Index(sizeof(Scalar)), 64) +
         exec.slots() * timesteps * Index(sizeof(cpu::RecomputedSteps<Neuron, Analog, Normalise, Scalar>));
}

/// Gradients of neuron_forward. The states are recomputed from the input, nothing but the input is kept.
///
/// `dx` receives dL/dx (of the normalised input): [T, pixels, C], or its sum over time where call.repeated; nullptr
/// where only the sums in `gradients` are wanted. It may be ds.data (without pooling), or the values of x.
/// Order: fixed by sizes; the same bits for any number of threads.
template <NeuronModel Neuron, class Loops, class Kind, class Normalise, class Scalar>
void neuron_backward(BasicCpu<Loops>& exec, NeuronCall<Kind, Normalise, Scalar> const& call,
                     GradientView<Scalar> const& ds, std::type_identity_t<Scalar>* dx,
                     NeuronGradients<Scalar> const& gradients, Workspace workspace) {
  constexpr int width = native_width<Scalar>;
  constexpr bool normalised = !std::is_same_v<Normalise, NoNormalisation>;
  constexpr auto const& learnable = neuron_parameters<Neuron>;
  constexpr Index sums = cpu::neuron_sums<Neuron, Normalise>;
  Index const channels = call.x.channels, padded = round_up(channels, width);
  cpu::Partition const partition = cpu::neuron_partition(call.pixels);
  Scalar* const partials = reinterpret_cast<Scalar*>(workspace.data);
  std::byte* const steps = workspace.data + round_up(partition.tasks() * sums * padded * Index(sizeof(Scalar)), 64);
  Index const steps_bytes = call.timesteps * Index(sizeof(cpu::RecomputedSteps<Neuron, Analog, Normalise, Scalar>));

  exec.parallel_for(partition.tasks(), [&](Index task, Index slot) {
    Scalar* const sum = partials + task * sums * padded;
    std::fill_n(sum, sums * padded, Scalar(0));
    for (Index n = partition.begin(task); n < partition.end(task); ++n) {
      GradientRow<Scalar> const row(ds, call.pixels, channels, n);
      cpu::for_each_packs<width, cpu::neuron_packs>(channels, [&]<int Packs, bool Whole>(Index c) {
        using Lanes = cpu::NeuronLanes<Neuron, Kind, Normalise, Scalar, Whole>;
        using V = typename Lanes::V;
        auto const lanes = cpu::lanes_at<Lanes, Packs>(call, n, c);
        V total[Packs], weighted[Packs];
        std::array<V, learnable.size()> dparameters[Packs];
        cpu::for_each_of<Packs>([&](auto p) {
          total[p] = weighted[p] = V(Scalar(0));
          dparameters[p].fill(V(Scalar(0)));
        });
        auto const use = [&](auto p, Index t, V centred, auto const& g) {
          if (dx != nullptr && !call.repeated)
            g.x.store(dx + (t * call.pixels + n) * channels + lanes[p].c, lanes[p].count);
          total[p] += g.x;
          if constexpr (normalised) weighted[p] += g.x * centred;
          if constexpr (learnable.size() > 0) {
            auto const parts = std::bit_cast<std::array<V, learnable.size()>>(g.parameters);
            for (std::size_t i = 0; i < parts.size(); ++i) dparameters[p][i] += parts[i];
          }
        };
        auto const dinitial = cpu::neuron_there_and_back<Lanes, Packs>(lanes, call, row, gradients.final_state,
                                                                       steps + slot * steps_bytes, use);
        cpu::for_each_of<Packs>([&](auto p) {
          lanes[p].store_state(gradients.initial_state, dinitial[p]);
          if (dx != nullptr && call.repeated) total[p].store(dx + n * channels + lanes[p].c, lanes[p].count);
          Scalar* at = sum + lanes[p].c;
          auto const accumulate = [&](V value) {
            (V::load(at) + value).store(at);
            at += padded;
          };
          if constexpr (normalised) {
            accumulate(total[p]);
            accumulate(weighted[p]);
          }
          for (V const& d : dparameters[p]) accumulate(d);
        });
      });
    }
  });

  if constexpr (sums > 0) {
    cpu::reduce_partials(exec, partials, partition.tasks(), sums * padded, sums * padded,
                         [&](Index column, double value) {
                           partials[column] = Scalar(value);  // row 0 of its own column: read before it is written
                         });
    Scalar const* row = partials;
    if constexpr (normalised) {
      std::copy_n(row, channels, gradients.shift);
      std::copy_n(row + padded, channels, gradients.centred);
      row += 2 * padded;
    }
    for (int i = 0; i < int(learnable.size()); ++i, row += padded) {
      if (learnable[std::size_t(i)].sharing == Sharing::per_channel) {
        std::copy_n(row, channels, gradients.parameters[i]);
      } else {
        double total = 0;
        for (Index c = 0; c < channels; ++c) total += double(row[c]);
        *gradients.parameters[i] = Scalar(total);
      }
    }
  }
}

/// dL/dx of a layer of neurons behind a BatchNorm, of the values that the BatchNorm gets; its coefficients come from
/// the sums of neuron_backward. The way through time is recomputed once more: cheaper than to keep dL/d normalised
/// input.
///
/// `dx` [T, pixels, C] (one frame where call.repeated) may be the values of x.
template <NeuronModel Neuron, class Loops, class Kind, class Scalar>
void neuron_input_gradient(BasicCpu<Loops>& exec, NeuronCall<Kind, Normalisation<Scalar>, Scalar> const& call,
                           GradientView<Scalar> const& ds, BatchNormGradient<Scalar> const& norm,
                           std::type_identity_t<Scalar> const* final_gradient, Scalar* dx, Workspace workspace) {
  constexpr int width = native_width<Scalar>;
  Index const channels = call.x.channels;
  cpu::Partition const partition = cpu::neuron_partition(call.pixels);
  Index const steps_bytes =
      call.timesteps * Index(sizeof(cpu::RecomputedSteps<Neuron, Analog, Normalisation<Scalar>, Scalar>));
  exec.parallel_for(partition.tasks(), [&](Index task, Index slot) {
    for (Index n = partition.begin(task); n < partition.end(task); ++n) {
      GradientRow<Scalar> const row(ds, call.pixels, channels, n);
      cpu::for_each_packs<width, cpu::neuron_packs>(channels, [&]<int Packs, bool Whole>(Index c) {
        using Lanes = cpu::NeuronLanes<Neuron, Kind, Normalisation<Scalar>, Scalar, Whole>;
        using V = typename Lanes::V;
        auto const lanes = cpu::lanes_at<Lanes, Packs>(call, n, c);
        V scale[Packs], mean_dy[Packs], slope[Packs], total[Packs];
        cpu::for_each_of<Packs>([&](auto p) {
          scale[p] = V::load(norm.scale + lanes[p].c, lanes[p].count);
          mean_dy[p] = V::load(norm.mean_dy + lanes[p].c, lanes[p].count);
          slope[p] = V::load(norm.slope + lanes[p].c, lanes[p].count);
          total[p] = V(Scalar(0));
        });
        auto const store = [&](auto p, Index pixel, V centred, V d) {
          (scale[p] * (d - mean_dy[p] - centred * slope[p])).store(dx + pixel * channels + lanes[p].c, lanes[p].count);
        };
        auto const use = [&](auto p, Index t, V centred, auto const& g) {
          if (!call.repeated) return store(p, t * call.pixels + n, centred, g.x);
          total[p] += g.x;
          if (t == 0) store(p, n, centred, total[p]);
        };
        cpu::neuron_there_and_back<Lanes, Packs>(lanes, call, row, final_gradient, workspace.data + slot * steps_bytes,
                                                 use);
      });
    }
  });
}

}  // namespace tet

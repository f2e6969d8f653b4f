// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/neuron/lanes.hpp>
#include <tet/backend/cpu/reduce.hpp>
#include <tet/core/gradient.hpp>
#include <tet/core/workspace.hpp>

namespace tet {

namespace cpu {

/// State of one pack of neurons, whatever the input's kind is.
template <class Neuron, class Scalar>
using NeuronState = typename Neuron::template State<NativePack<Scalar>>;

/// Bytes of a task's scratch: the states of one block before each timestep.
template <class Neuron, class Scalar>
Index neuron_steps_bytes(Index timesteps, Index channels) {
  return timesteps * neuron_block<native_width<Scalar>>(channels) * Index(sizeof(NeuronState<Neuron, Scalar>));
}

/// Goes through the neurons of one place, channels first … end - 1, forward in time, then backward, and calls
/// use(lanes, p, t, centred, dx, dparameters) for each step of pack p.
/// `before` [T][packs] is scratch: the states before each timestep, recomputed.
/// Returns dL/d initial state.
template <class Neuron, class Kind, class Normalise, class Scalar, class Use>
[[gnu::always_inline]] inline auto neuron_there_and_back(NeuronCall<Kind, Normalise, Scalar> const& call, Index n,
                                                         Index first, Index end, GradientRow<Scalar> const& ds,
                                                         Scalar const* final_gradient, std::byte* scratch,
                                                         Use const& use) {
  constexpr int width = native_width<Scalar>;
  using V = Pack<Scalar, width>;
  auto* const before = reinterpret_cast<NeuronState<Neuron, Scalar>*>(scratch);
  Index const timesteps = call.timesteps, packs = ceil_div(end - first, width);
  auto const for_each_pack = [&](auto const& body) [[gnu::always_inline]] {
    cpu::for_each_pack<width>(first, end, [&]<bool Whole>(Index c, Index p) {
      body(NeuronLanes<Neuron, Kind, Normalise, Scalar, Whole>(call, n, c), p);
    });
  };
  for_each_pack([&](auto const& lanes, Index p) { before[p] = lanes.load_state(call.initial_state); });
  for (Index t = 0; t + 1 < timesteps; ++t) {
    auto* const now = before + t * packs;
    for_each_pack([=](auto const& lanes, Index p) { now[packs + p] = lanes.step(now[p], lanes.centred(t)).next; });
  }
  std::array<NeuronState<Neuron, Scalar>, std::size_t(neuron_block_packs)> dstate;
  for_each_pack([&](auto const& lanes, Index p) { dstate[std::size_t(p)] = lanes.load_state(final_gradient); });
  V const share(ds.share);
  for (Index t = timesteps; t-- > 0;) {
    auto const* const now = before + t * packs;
    Scalar const* const ds_now = ds.first + t * ds.step;
    for_each_pack([&, t, now, ds_now, share](auto const& lanes, Index p) {
      V const centred = lanes.centred(t);
      auto const state = now[p];
      V const d = V::load(ds_now + lanes.c, lanes.count) * share;
      auto const g =
          Neuron::template backward<V>(state, lanes.parameters, lanes.step(state, centred), d, dstate[std::size_t(p)]);
      dstate[std::size_t(p)] = g.state;
      use(lanes, p, t, centred, V(g.x), g.parameters);
    });
  }
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
         exec.slots() * round_up(cpu::neuron_steps_bytes<Neuron, Scalar>(timesteps, channels), 64);
}

/// Gradients of neuron_forward. The states are recomputed from the input, nothing but the input is kept.
///
/// `dx` receives dL/dx (of the normalised input): [T, pixels, C], or its sum over time where call.repeated; nullptr
/// where only the sums in `gradients` are wanted. It may be ds.data (without pooling), or the values of x.
/// Order: fixed by sizes; the same bits for any number of threads.
template <NeuronModel Neuron, class Loops, class Kind, class Normalise, class Scalar>
void neuron_backward(BasicCpu<Loops>& exec, NeuronCall<Kind, Normalise, Scalar> const& neurons,
                     GradientView<Scalar> const& ds, std::type_identity_t<Scalar>* dx,
                     NeuronGradients<Scalar> const& gradients, Workspace workspace) {
  constexpr int width = native_width<Scalar>;
  constexpr bool normalised = !std::is_same_v<Normalise, NoNormalisation>;
  constexpr auto const& learnable = neuron_parameters<Neuron>;
  constexpr Index sums = cpu::neuron_sums<Neuron, Normalise>;
  Index const channels = neurons.x.channels, padded = round_up(channels, width);
  cpu::Partition const partition = cpu::neuron_partition(neurons.pixels);
  Scalar* const partials = reinterpret_cast<Scalar*>(workspace.data);
  std::byte* const steps = workspace.data + round_up(partition.tasks() * sums * padded * Index(sizeof(Scalar)), 64);
  Index const steps_bytes = round_up(cpu::neuron_steps_bytes<Neuron, Scalar>(neurons.timesteps, channels), 64);

  exec.parallel_for(partition.tasks(), [&](Index task, Index slot) {
    using V = Pack<Scalar, width>;
    auto const call = neurons;
    Scalar* const sum = partials + task * sums * padded;
    std::fill_n(sum, sums * padded, Scalar(0));
    for (Index n = partition.begin(task); n < partition.end(task); ++n) {
      GradientRow<Scalar> const row(ds, call.pixels, channels, n);
      cpu::for_each_neuron_block<width>(channels, [&](Index first, Index end) {
        Index const packs = ceil_div(end - first, width);
        V total[cpu::neuron_block_packs], weighted[cpu::neuron_block_packs];
        std::array<V, learnable.size()> dparameters[cpu::neuron_block_packs];
        std::fill_n(total, packs, V(Scalar(0)));
        std::fill_n(weighted, packs, V(Scalar(0)));
        for (Index p = 0; p < packs; ++p) dparameters[p].fill(V(Scalar(0)));
        auto const use = [&, dx, n](auto const& lanes, Index p, Index t, V centred, V d,
                                    [[maybe_unused]] auto const& dlearnable) {
          if (dx != nullptr && !call.repeated) d.store(dx + (t * call.pixels + n) * channels + lanes.c, lanes.count);
          if (normalised || call.repeated) total[p] += d;
          if constexpr (normalised) weighted[p] += d * centred;
          if constexpr (learnable.size() > 0) {
            auto const parts = std::bit_cast<std::array<V, learnable.size()>>(dlearnable);
            for (std::size_t i = 0; i < parts.size(); ++i) dparameters[p][i] += parts[i];
          }
        };
        auto const dinitial = cpu::neuron_there_and_back<Neuron>(call, n, first, end, row, gradients.final_state,
                                                                 steps + slot * steps_bytes, use);
        cpu::for_each_pack<width>(first, end, [&]<bool Whole>(Index c, Index p) {
          cpu::NeuronLanes<Neuron, Kind, Normalise, Scalar, Whole> const lanes(call, n, c);
          lanes.store_state(gradients.initial_state, dinitial[std::size_t(p)]);
          if (dx != nullptr && call.repeated) total[p].store(dx + n * channels + c, lanes.count);
          Scalar* at = sum + c;
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
void neuron_input_gradient(BasicCpu<Loops>& exec, NeuronCall<Kind, Normalisation<Scalar>, Scalar> const& neurons,
                           GradientView<Scalar> const& ds, BatchNormGradient<Scalar> const& norm,
                           std::type_identity_t<Scalar> const* final_gradient, Scalar* dx, Workspace workspace) {
  constexpr int width = native_width<Scalar>;
  Index const channels = neurons.x.channels;
  cpu::Partition const partition = cpu::neuron_partition(neurons.pixels);
  Index const steps_bytes = round_up(cpu::neuron_steps_bytes<Neuron, Scalar>(neurons.timesteps, channels), 64);
  exec.parallel_for(partition.tasks(), [&](Index task, Index slot) {
    using V = Pack<Scalar, width>;
    auto const call = neurons;
    auto const store = [&](auto const& lanes, Index pixel, V centred, V d) {
      V const scale = V::load(norm.scale + lanes.c, lanes.count),
              mean_dy = V::load(norm.mean_dy + lanes.c, lanes.count),
              slope = V::load(norm.slope + lanes.c, lanes.count);
      (scale * (d - mean_dy - centred * slope)).store(dx + pixel * channels + lanes.c, lanes.count);
    };
    for (Index n = partition.begin(task); n < partition.end(task); ++n) {
      GradientRow<Scalar> const row(ds, call.pixels, channels, n);
      cpu::for_each_neuron_block<width>(channels, [&](Index first, Index end) {
        V total[cpu::neuron_block_packs];
        std::fill_n(total, ceil_div(end - first, width), V(Scalar(0)));
        auto const use = [&, n](auto const& lanes, Index p, Index t, V centred, V d, auto const&) {
          if (!call.repeated) return store(lanes, t * call.pixels + n, centred, d);
          total[p] += d;
          if (t == 0) store(lanes, n, centred, total[p]);
        };
        cpu::neuron_there_and_back<Neuron>(call, n, first, end, row, final_gradient,
                                           workspace.data + slot * steps_bytes, use);
      });
    }
  });
}

}  // namespace tet

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

/// Bytes of a task's scratch: the states of a group of packs before each timestep.
template <class Neuron, class Scalar>
Index neuron_steps_bytes(Index timesteps) {
  return round_up(timesteps * neuron_packs * Index(sizeof(NeuronState<Neuron, Scalar>)), 64);
}

/// Goes through a group of packs of place n forward in time, then backward, and calls use(p, t, centred, dx, dparameters) for
/// each step of pack p.
/// `scratch` [T][Packs]: the states before each timestep, recomputed.
/// Returns dL/d initial state.
template <class Lanes, std::size_t Packs, class Scalar, class Use>
[[gnu::always_inline]] inline auto neuron_there_and_back(std::array<Lanes, Packs> lanes, Index timesteps,
                                                         Scalar const* initial_state, GradientRow<Scalar> ds,
                                                         Scalar const* final_gradient, std::byte* scratch,
                                                         Use const& use) {
  constexpr int packs = int(Packs);
  using V = typename Lanes::V;
  using State = typename Lanes::State;
  auto* const before = reinterpret_cast<std::array<State, Packs>*>(scratch);
  std::array<State, Packs> state, dstate;
  for_each_of<packs>([&](auto p) __attribute__((always_inline)) { state[p] = lanes[p].load_state(initial_state); });
  for (Index t = 0; t < timesteps; ++t) {
    lanes[0].template prefetch<packs>(t);
    before[t] = state;
    if (t + 1 == timesteps) break;
    for_each_of<packs>([&](auto p) __attribute__((always_inline)) {
      state[p] = lanes[p].step(state[p], lanes[p].centred(t)).next;
    });
  }
  for_each_of<packs>([&](auto p) __attribute__((always_inline)) { dstate[p] = lanes[p].load_state(final_gradient); });
  V const share(ds.share);
  for (Index t = timesteps; t-- > 0;) {
    Scalar const* const ds_now = ds.first + t * ds.step;
    // Not as early as x: timesteps often lie multiples of 4 KiB apart, where lines of all share few places in the caches.
    prefetch_packs<packs, V, 256>(ds_now + lanes[0].c);
    for_each_of<packs>([&](auto p) __attribute__((always_inline)) {
      V const centred = lanes[p].centred(t);
      State const s = before[t][p];
      V const d = V::load(ds_now + lanes[p].c, lanes[p].count) * share;
      auto g = Lanes::NeuronType::template backward<V>(s, lanes[p].parameters, lanes[p].step(s, centred), d, dstate[p]);
      dstate[p] = g.state;
      use(p, t, centred, V(g.x), g.parameters);
    });
  }
  return dstate;
}

/// Where dx of a layer goes: past the caches unless its lines have just been read as x or ds.
template <class V, class Kind, class Normalise, class Scalar>
Destination neuron_destination(NeuronCall<Kind, Normalise, Scalar> const& call, Scalar const* ds, Scalar const* dx) {
  if (dx == nullptr || call.repeated || dx == ds || static_cast<void const*>(dx) == call.x.data)
    return Destination::caches;
  Index const values = call.timesteps * call.pixels * call.x.channels;
  return destination<V>(dx, call.x.channels, values * Index(sizeof(Scalar)));
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
         exec.slots() * cpu::neuron_steps_bytes<Neuron, Scalar>(timesteps);
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
  Index const steps_bytes = cpu::neuron_steps_bytes<Neuron, Scalar>(neurons.timesteps);

  using V = Pack<Scalar, width>;
  cpu::Destination const destination = cpu::neuron_destination<V>(neurons, ds.data, dx);

  exec.parallel_for(partition.tasks(), [&, dx, destination](Index task, Index slot) {
    auto const call = neurons;
    Scalar* const sum = partials + task * sums * padded;
    std::fill_n(sum, sums * padded, Scalar(0));
    for (Index n = partition.begin(task); n < partition.end(task); ++n) {
      GradientRow<Scalar> const row(ds, call.pixels, channels, n);
      cpu::for_each_packs<width, cpu::neuron_packs>(channels, [&]<int Packs, bool Whole>(Index first) {
        using Lanes = cpu::NeuronLanes<Neuron, Kind, Normalise, Scalar, Whole>;
        auto const lanes = cpu::lanes_at<Lanes, Packs>(call, n, first);
        Index const dx_step = call.pixels * channels;
        bool const summed = normalised || call.repeated;
        Scalar* const dx_first = dx == nullptr || call.repeated ? nullptr : dx + n * channels;
        cpu::Destination const to = destination;
        std::array<V, Packs> total, weighted;
        std::array<std::array<V, learnable.size()>, Packs> dparameters;
        cpu::for_each_of<Packs>([&](auto p) __attribute__((always_inline)) {
          total[p] = weighted[p] = V(Scalar(0));
          dparameters[p].fill(V(Scalar(0)));
        });
        auto const use = [&](auto p, Index t, V centred, V d, [[maybe_unused]] auto dlearnable)
            __attribute__((always_inline)) {
          if (dx_first != nullptr) {
            Scalar* const at = dx_first + t * dx_step + lanes[p].c;
            if (to == cpu::Destination::memory) cpu::store_past_caches(at, d);
            else d.store(at, lanes[p].count);
          }
          if (summed) total[p] += d;
          if constexpr (normalised) weighted[p] += d * centred;
          if constexpr (learnable.size() > 0) {
            auto const parts = std::bit_cast<std::array<V, learnable.size()>>(dlearnable);
            for (std::size_t i = 0; i < parts.size(); ++i) dparameters[p][i] += parts[i];
          }
        };
        auto dinitial = cpu::neuron_there_and_back(lanes, call.timesteps, call.initial_state, row,
                                                   gradients.final_state, steps + slot * steps_bytes, use);
        cpu::for_each_of<Packs>([&](auto p) __attribute__((always_inline)) {
          Index const c = lanes[p].c;
          lanes[p].store_state(gradients.initial_state, dinitial[p]);
          if (dx != nullptr && call.repeated) total[p].store(dx + n * channels + c, lanes[p].count);
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
    if (destination == cpu::Destination::memory) cpu::finish_stores_past_caches();
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
  Index const steps_bytes = cpu::neuron_steps_bytes<Neuron, Scalar>(neurons.timesteps);
  using V = Pack<Scalar, width>;
  cpu::Destination const destination = cpu::neuron_destination<V>(neurons, ds.data, dx);
  exec.parallel_for(partition.tasks(), [&, dx, destination](Index task, Index slot) {
    auto const call = neurons;
    for (Index n = partition.begin(task); n < partition.end(task); ++n) {
      GradientRow<Scalar> const row(ds, call.pixels, channels, n);
      cpu::for_each_packs<width, cpu::neuron_packs>(channels, [&]<int Packs, bool Whole>(Index first) {
        using Lanes = cpu::NeuronLanes<Neuron, Kind, Normalisation<Scalar>, Scalar, Whole>;
        auto const lanes = cpu::lanes_at<Lanes, Packs>(call, n, first);
        Index const places = call.pixels, place = n;
        bool const repeated = call.repeated;
        Scalar* const dx_first = dx;
        cpu::Destination const to = destination;
        std::array<V, Packs> scale, mean_dy, slope, total;
        cpu::for_each_of<Packs>([&](auto p) __attribute__((always_inline)) {
          scale[p] = V::load(norm.scale + lanes[p].c, lanes[p].count);
          mean_dy[p] = V::load(norm.mean_dy + lanes[p].c, lanes[p].count);
          slope[p] = V::load(norm.slope + lanes[p].c, lanes[p].count);
          total[p] = V(Scalar(0));
        });
        auto const store = [&](auto p, Index pixel, V centred, V d) __attribute__((always_inline)) {
          V const value = scale[p] * (d - mean_dy[p] - centred * slope[p]);
          Scalar* const at = dx_first + pixel * lanes[p].x.channels + lanes[p].c;
          if (to == cpu::Destination::memory) cpu::store_past_caches(at, value);
          else value.store(at, lanes[p].count);
        };
        auto const use = [&](auto p, Index t, V centred, V d, auto) __attribute__((always_inline)) {
          if (!repeated) return store(p, t * places + place, centred, d);
          total[p] += d;
          if (t == 0) store(p, place, centred, total[p]);
        };
        cpu::neuron_there_and_back(lanes, call.timesteps, call.initial_state, row, final_gradient,
                                   workspace.data + slot * steps_bytes, use);
      });
    }
    if (destination == cpu::Destination::memory) cpu::finish_stores_past_caches();
  });
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/load.hpp>
#include <tet/backend/cpu/partition.hpp>
#include <tet/backend/cpu/reduce.hpp>
#include <tet/core/neuron_call.hpp>
#include <tet/core/workspace.hpp>
#include <tet/neuron/concepts.hpp>

#include <algorithm>
#include <array>
#include <bit>

namespace tet {

namespace cpu {

/// A neuron's layer on packs: how its parameters, its input and its carried state reach registers.
template <class Neuron, class Kind, class Normalise, class Scalar>
struct NeuronLanes {
  static constexpr int width = native_width<Scalar>;
  using V = Pack<Scalar, width>;
  using State = typename Neuron::template State<V>;
  using Parameters = typename Neuron::template Parameters<V>;
  static constexpr auto const& learnable = neuron_parameters<Neuron>;
  static constexpr int state_size = neuron_state_size<Neuron>;
  static constexpr bool normalised = !std::is_same_v<Normalise, NoNormalisation>;
  /// Per-channel sums of the backward pass: two of BatchNorm, one for each learnable parameter.
  static constexpr Index sums = (normalised ? 2 : 0) + Index(learnable.size());

  NeuronCall<Kind, Normalise, Scalar> const& call;
  Index c, count;
  V mean{}, scale{}, shift{};
  Parameters parameters{};

  NeuronLanes(NeuronCall<Kind, Normalise, Scalar> const& call_, Index c_)
      : call(call_), c(c_), count(std::min<Index>(width, call_.x.channels - c_)) {
    if constexpr (normalised) {
      mean = V::load(call.normalise.mean + c, count);
      scale = V::load(call.normalise.scale + c, count);
      shift = V::load(call.normalise.shift + c, count);
    }
    if constexpr (learnable.size() > 0) {
      std::array<V, learnable.size()> values;
      for (std::size_t i = 0; i < learnable.size(); ++i)
        values[i] = learnable[i].sharing == Sharing::per_layer ? V(*call.parameters[i]) : V::load(call.parameters[i] + c, count);
      parameters = std::bit_cast<Parameters>(values);
    }
  }

  V raw(Index t, Index n) const { return load<width>(call.x, call.repeated ? n : t * call.pixels + n, c, count); }

  V normalised_value(V x) const {
    if constexpr (normalised) return (x - mean) * scale + shift;
    else return x;
  }

  /// State kept in memory as [state_size][pixels][channels]; zero where there is none.
  State load_state(Scalar const* from, Index n) const {
    if (from == nullptr) return State{};
    std::array<V, state_size> values;
    for (int i = 0; i < state_size; ++i) values[i] = V::load(from + state_offset(i, n), count);
    return std::bit_cast<State>(values);
  }
  void store_state(Scalar* to, Index n, State const& state) const {
    if (to == nullptr) return;
    auto const values = std::bit_cast<std::array<V, state_size>>(state);
    for (int i = 0; i < state_size; ++i) values[i].store(to + state_offset(i, n), count);
  }

 private:
  Index state_offset(int i, Index n) const { return (i * call.pixels + n) * call.x.channels + c; }
};

/// Pixels of one task: enough work for a task, few enough that partial sums stay small.
inline Partition neuron_partition(Index pixels) { return Partition(pixels, 16); }

}  // namespace cpu

/// Bytes that neuron_backward needs.
template <NeuronModel Neuron, class Normalise, class Scalar, class Loops>
Index neuron_workspace(BasicCpu<Loops> const& exec, Index timesteps, Index pixels, Index channels) {
  using Lanes = cpu::NeuronLanes<Neuron, Analog, Normalise, Scalar>;
  Index const partials = cpu::neuron_partition(pixels).tasks() * Lanes::sums * round_up(channels, Lanes::width);
  return round_up(partials * Index(sizeof(Scalar)), 64) + exec.slots() * timesteps * Index(sizeof(typename Lanes::State));
}

/// All timesteps of a layer of neurons in one pass over memory; the state stays in registers.
///
/// Shape: x [T, pixels, C] (or one frame where call.repeated), out [T, pixels, C]: bits for a spiking neuron, values for a smooth one.
template <NeuronModel Neuron, class Loops, class Kind, class Normalise, class OutKind, class Scalar>
void neuron_forward(BasicCpu<Loops>& exec, NeuronCall<Kind, Normalise, Scalar> const& call, Activation<OutKind, Scalar> out) {
  using Lanes = cpu::NeuronLanes<Neuron, Kind, Normalise, Scalar>;
  using V = typename Lanes::V;
  cpu::Partition const partition = cpu::neuron_partition(call.pixels);
  exec.parallel_for(partition.tasks(), [&](Index task, Index) {
    for (Index n = partition.begin(task); n < partition.end(task); ++n) {
      for (Index c = 0; c < call.x.channels; c += Lanes::width) {
        Lanes const lanes(call, c);
        auto state = lanes.load_state(call.initial_state, n);
        for (Index t = 0; t < call.timesteps; ++t) {
          V const x = lanes.normalised_value(lanes.raw(t, n));
          auto const f = Neuron::template step<V, NeuronFire<Neuron>>(state, lanes.parameters, x);
          cpu::store_spikes<Lanes::width>(out, t * call.pixels + n, c, f.s, lanes.count);
          state = f.next;
        }
        lanes.store_state(call.final_state, n, state);
      }
      for (Index t = 0; t < call.timesteps; ++t) cpu::clear_unused<Lanes::width>(out, t * call.pixels + n);
    }
  });
}

/// Gradients of neuron_forward. The states are recomputed from the input, nothing but the input is kept.
///
/// `ds` [T, pixels, C] holds dL/ds and is overwritten with dL/dx (of the normalised input): [T, pixels, C], or its sum over time in the
/// first frame where call.repeated. `gradients` receives the per-channel sums.
/// Order: fixed by sizes; the same bits for any number of threads.
template <NeuronModel Neuron, class Loops, class Kind, class Normalise, class Scalar>
void neuron_backward(BasicCpu<Loops>& exec, NeuronCall<Kind, Normalise, Scalar> const& call, Scalar* ds,
                     NeuronGradients<Scalar> const& gradients, Workspace workspace) {
  using Lanes = cpu::NeuronLanes<Neuron, Kind, Normalise, Scalar>;
  using V = typename Lanes::V;
  using State = typename Lanes::State;
  constexpr Index sums = Lanes::sums;
  Index const channels = call.x.channels, padded = round_up(channels, Lanes::width);
  cpu::Partition const partition = cpu::neuron_partition(call.pixels);
  Scalar* const partials = reinterpret_cast<Scalar*>(workspace.data);
  std::byte* const states = workspace.data + round_up(partition.tasks() * sums * padded * Index(sizeof(Scalar)), 64);

  exec.parallel_for(partition.tasks(), [&](Index task, Index slot) {
    Scalar* const sum = partials + task * sums * padded;
    std::fill_n(sum, sums * padded, Scalar(0));
    State* const previous = reinterpret_cast<State*>(states + slot * call.timesteps * Index(sizeof(State)));
    for (Index n = partition.begin(task); n < partition.end(task); ++n) {
      for (Index c = 0; c < channels; c += Lanes::width) {
        Lanes const lanes(call, c);
        State state = lanes.load_state(call.initial_state, n);
        for (Index t = 0; t < call.timesteps; ++t) {
          previous[t] = state;
          V const x = lanes.normalised_value(lanes.raw(t, n));
          state = Neuron::template step<V, NeuronFire<Neuron>>(state, lanes.parameters, x).next;
        }
        State dstate = lanes.load_state(gradients.final_state, n);
        V total(Scalar(0)), weighted(Scalar(0));
        std::array<V, Lanes::learnable.size()> dparameters;
        dparameters.fill(V(Scalar(0)));
        for (Index t = call.timesteps; t-- > 0;) {
          V const raw = lanes.raw(t, n);
          V const x = lanes.normalised_value(raw);
          state = previous[t];
          auto const f = Neuron::template step<V, NeuronFire<Neuron>>(state, lanes.parameters, x);
          Scalar* const row = ds + (t * call.pixels + n) * channels + c;
          auto const g = Neuron::template backward<V>(state, lanes.parameters, f, V::load(row, lanes.count), dstate);
          dstate = g.state;
          if (!call.repeated) g.x.store(row, lanes.count);
          total += g.x;
          if constexpr (Lanes::normalised) weighted += g.x * (raw - lanes.mean);
          if constexpr (Lanes::learnable.size() > 0) {
            auto const parts = std::bit_cast<std::array<V, Lanes::learnable.size()>>(g.parameters);
            for (std::size_t i = 0; i < parts.size(); ++i) dparameters[i] += parts[i];
          }
        }
        lanes.store_state(gradients.initial_state, n, dstate);
        if (call.repeated) total.store(ds + n * channels + c, lanes.count);
        Scalar* at = sum + c;
        auto const accumulate = [&](V value) {
          (V::load(at) + value).store(at);
          at += padded;
        };
        if constexpr (Lanes::normalised) {
          accumulate(total);
          accumulate(weighted);
        }
        for (V const& d : dparameters) accumulate(d);
      }
    }
  });

  if constexpr (sums > 0) {
    cpu::reduce_partials(exec, partials, partition.tasks(), sums * padded, sums * padded, [&](Index column, double value) {
      partials[column] = Scalar(value);  // row 0 of its own column: read before it is written
    });
    Scalar const* row = partials;
    if constexpr (Lanes::normalised) {
      std::copy_n(row, channels, gradients.shift);
      std::copy_n(row + padded, channels, gradients.centred);
      row += 2 * padded;
    }
    for (std::size_t i = 0; i < Lanes::learnable.size(); ++i, row += padded) {
      if (Lanes::learnable[i].sharing == Sharing::per_channel) {
        std::copy_n(row, channels, gradients.parameters[i]);
      } else {
        double total = 0;
        for (Index c = 0; c < channels; ++c) total += double(row[c]);
        *gradients.parameters[i] = Scalar(total);
      }
    }
  }
}

}  // namespace tet

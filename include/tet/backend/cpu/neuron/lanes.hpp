// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/load.hpp>
#include <tet/backend/cpu/packs.hpp>
#include <tet/backend/cpu/partition.hpp>
#include <tet/backend/cpu/stream.hpp>
#include <tet/core/neuron_call.hpp>
#include <tet/neuron/concepts.hpp>

#include <array>
#include <bit>
#include <type_traits>
#include <utility>

namespace tet::cpu {

/// A neuron's layer on one pack of channels: how its parameters, its input and its carried state reach registers.
/// Whole: all lanes are channels, so that loads and stores need no count.
template <class Neuron, class Kind, class Normalise, class Scalar, bool Whole>
struct NeuronLanes {
  static constexpr int width = native_width<Scalar>;
  using V = Pack<Scalar, width>;
  using NeuronType = Neuron;
  using KindType = Kind;
  using NormaliseType = Normalise;
  using State = typename Neuron::template State<V>;
  using Parameters = typename Neuron::template Parameters<V>;
  static constexpr auto const& learnable = neuron_parameters<Neuron>;
  static constexpr int state_size = neuron_state_size<Neuron>;
  static constexpr bool normalised = !std::is_same_v<Normalise, NoNormalisation>;

  Activation<Kind, Scalar> x;
  Index pixel, pixel_step;  // of t = 0, and from one timestep to the next
  Index state_first, state_step;
  Index c;
  LaneCount<width, Whole> count;
  V mean{}, scale{}, shift{};
  Parameters parameters{};

  NeuronLanes(NeuronCall<Kind, Normalise, Scalar> const& call, Index n, Index c_)
      : x(call.x),
        pixel(n),
        pixel_step(call.repeated ? 0 : call.pixels),
        state_first(n * x.channels + c_),
        state_step(call.pixels * x.channels),
        c(c_),
        count(lane_count<width, Whole>(x.channels, c_)) {
    if constexpr (normalised) {
      mean = V::load(call.normalise.mean + c, count);
      scale = V::load(call.normalise.scale + c, count);
      shift = V::load(call.normalise.shift + c, count);
    }
    if constexpr (learnable.size() > 0) {
      std::array<V, learnable.size()> values;
      for (std::size_t i = 0; i < learnable.size(); ++i)
        values[i] = learnable[i].sharing == Sharing::per_layer ? V(*call.parameters[i])
                                                               : V::load(call.parameters[i] + c, count);
      parameters = std::bit_cast<Parameters>(values);
    }
  }

  /// x[t], around the mean where it will be normalised.
  V centred(Index t) const {
    V const value = load<width>(x, pixel + t * pixel_step, c, count);
    if constexpr (normalised) return value - mean;
    else return value;
  }

  /// Asks for what `Packs` packs from this one on will read of x[t] some groups of packs later.
  template <int Packs>
  [[gnu::always_inline]] void prefetch(Index t) const {
    if constexpr (std::is_same_v<Kind, Analog>) prefetch_packs<Packs, V>(x.pixel(pixel + t * pixel_step) + c);
  }

  /// What the neuron gets.
  V input(V centred_value) const {
    if constexpr (normalised) return centred_value * scale + shift;
    else return centred_value;
  }

  auto step(State const& state, V centred_value) const {
    return Neuron::template step<V, NeuronFire<Neuron>>(state, parameters, input(centred_value));
  }

  /// State kept in memory as [state_size][pixels][channels]; zero where there is none.
  State load_state(Scalar const* from) const {
    if (from == nullptr) return State{};
    std::array<V, state_size> values;
    for (int i = 0; i < state_size; ++i) values[i] = V::load(from + state_first + i * state_step, count);
    return std::bit_cast<State>(values);
  }
  void store_state(Scalar* to, State const& state) const {
    if (to == nullptr) return;
    auto const values = std::bit_cast<std::array<V, state_size>>(state);
    for (int i = 0; i < state_size; ++i) values[i].store(to + state_first + i * state_step, count);
  }
};

/// Packs of channels that go through time together, in registers: each is a chain of dependent operations, and four of them fill
/// the pipelines (two: 1.3x the time with AVX2, whose packs are half as wide).
inline constexpr int neuron_packs = 4;

/// An array of `Packs` lanes of place n, from channel c on.
template <class Lanes, int Packs, class Call>
std::array<Lanes, Packs> lanes_at(Call const& call, Index n, Index c) {
  return [&]<std::size_t... P>(std::index_sequence<P...>) {
    return std::array<Lanes, Packs>{Lanes(call, n, c + Index(P) * Lanes::width)...};
  }
  (std::make_index_sequence<Packs>{});
}

/// Pixels of one task: enough work for a task, few enough that partial sums stay small.
inline Partition neuron_partition(Index pixels) { return Partition(pixels, 16); }

}  // namespace tet::cpu

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/activation.hpp>
#include <tet/core/neuron_call.hpp>
#include <tet/core/values.hpp>
#include <tet/neuron/concepts.hpp>

#include <type_traits>
#include <utility>

namespace tet::gpu {

/// use(integral_constant i) for i in 0 … N - 1.
template <int N, class Use>
TET_HD constexpr void for_each_of(Use&& use) {
  [&]<int... I>(std::integer_sequence<int, I...>) { (use(std::integral_constant<int, I>{}), ...); }
  (std::make_integer_sequence<int, N>{});
}

/// One neuron of a layer, on one thread: how its parameters, its input and its carried state reach registers.
template <class Neuron, class Kind, class Normalise, class Scalar>
struct NeuronLane {
  using NeuronType = Neuron;
  using State = typename Neuron::template State<Scalar>;
  using Parameters = typename Neuron::template Parameters<Scalar>;
  static constexpr int learnable = int(neuron_parameters<Neuron>.size());
  static constexpr int state_size = neuron_state_size<Neuron>;
  static constexpr bool normalised = !std::is_same_v<Normalise, NoNormalisation>;

  template <int I>
  static constexpr Sharing sharing = neuron_parameters<Neuron>[I].sharing;

  Activation<Kind, Scalar> x;
  Index pixel, pixel_step;  // of t = 0, and from one timestep to the next
  Index state_first, state_step;
  Index c;
  Scalar mean = 0, scale = 1, shift = 0;
  Parameters parameters{};

  TET_HD NeuronLane(NeuronCall<Kind, Normalise, Scalar> const& call, Index n, Index c_)
      : x(call.x),
        pixel(n),
        pixel_step(call.repeated ? 0 : call.pixels),
        state_first(n * x.channels + c_),
        state_step(call.pixels * x.channels),
        c(c_) {
    if constexpr (normalised) {
      mean = call.normalise.mean[c];
      scale = call.normalise.scale[c];
      shift = call.normalise.shift[c];
    }
    if constexpr (learnable > 0) {
      Values<Scalar, learnable> values;
      for_each_of<learnable>([&](auto i) {
        constexpr int k = decltype(i)::value;
        values[k] = call.parameters[k][sharing<k> == Sharing::per_layer ? 0 : c];
      });
      parameters = bits_as<Parameters>(values);
    }
  }

  /// x[t], around the mean where it will be normalised.
  TET_HD Scalar centred(Index t) const { return x.value(pixel + t * pixel_step, c) - mean; }

  TET_HD auto step(State const& state, Scalar centred_value) const {
    return Neuron::template step<Scalar, NeuronFire<Neuron>>(state, parameters, input(centred_value));
  }

  /// State kept in memory as [state_size][pixels][channels]; zero where there is none.
  TET_HD State load_state(Scalar const* from) const {
    if (from == nullptr) return State{};
    Values<Scalar, state_size> values;
    for (int i = 0; i < state_size; ++i) values[i] = from[state_first + i * state_step];
    return bits_as<State>(values);
  }
  TET_HD void store_state(Scalar* to, State const& state) const {
    if (to == nullptr) return;
    auto const values = bits_as<Values<Scalar, state_size>>(state);
    for (int i = 0; i < state_size; ++i) to[state_first + i * state_step] = values[i];
  }

 private:
  TET_HD Scalar input(Scalar centred_value) const {
    if constexpr (normalised) return centred_value * scale + shift;
    else return centred_value;
  }
};

}  // namespace tet::gpu

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>
#include <tet/core/index.hpp>
#include <tet/surrogate/concepts.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <type_traits>

namespace tet {

/// What happens to the membrane potential when a neuron fires.
enum class Reset {
  hard,  ///< it returns to 0
  soft,  ///< the threshold is subtracted
};

/// Whether the gradient flows through the spike that resets the membrane potential.
enum class ResetGradient {
  kept,      ///< as in the TET authors' code
  detached,  ///< the reset is a constant for the backward pass
};

/// How many values of a learnable neuron parameter a layer has.
enum class Sharing { per_layer, per_channel };

/// One learnable parameter of a neuron: its name in files, its initial value, how it is shared.
struct NeuronParameter {
  char const* name;
  float initial;
  Sharing sharing;
};

/// Spiking neuron as arithmetic on a value type V (`float` on a GPU thread, a Pack on a CPU core, `double` in tests).
///
///   State<V>         what it carries from one timestep to the next: a struct of V's only; all 0 before the first
/// timestep
///   Parameters<V>    its learnable parameters: a struct of V's only, possibly empty
///   Step<V>          one timestep's result: at least `s` (its output) and `next` (its new State)
///   Gradient<V>      `x`, `state`, `parameters`: what backward returns
///   step<V, Fire>(State<V>, Parameters<V>, V x) -> Step<V>
///   backward<V>(State<V>, Parameters<V>, Step<V>, V ds, State<V> dnext) -> Gradient<V>
///   learnable        optional: std::array<NeuronParameter, N>, in the order of Parameters
///   Fire             optional: the firing function, Heaviside where it is left out; with any other the output is
/// analog
///
/// Law: with a smooth Fire, backward is the exact derivative of step. Adding `learnable` or more state needs nothing
/// new from a backend.
template <class Neuron>
concept NeuronModel = std::is_trivially_copyable_v<typename Neuron::template State<float>> &&
    requires(typename Neuron::template State<double> state, typename Neuron::template Parameters<double> parameters,
             typename Neuron::template Step<double> step, double x) {
  { Neuron::template step<double, Heaviside>(state, parameters, x) } -> std::same_as<decltype(step)>;
  { Neuron::template backward<double>(state, parameters, step, x, state).x } -> std::convertible_to<double>;
  { step.s } -> std::convertible_to<double>;
  { step.next } -> std::convertible_to<decltype(state)>;
  { Neuron::name } -> std::convertible_to<char const*>;
};

namespace detail {

template <class Neuron>
constexpr auto learnable_of() {
  if constexpr (requires { Neuron::learnable; }) return Neuron::learnable;
  else return std::array<NeuronParameter, 0>{};
}

template <class Neuron, class = void>
struct FireOf {
  using type = Heaviside;
};
template <class Neuron>
struct FireOf<Neuron, std::void_t<typename Neuron::Fire>> {
  using type = typename Neuron::Fire;
};

}  // namespace detail

/// Learnable parameters of a neuron; empty for most.
template <NeuronModel Neuron>
inline constexpr auto neuron_parameters = detail::learnable_of<Neuron>();

template <NeuronModel Neuron>
using NeuronFire = typename detail::FireOf<Neuron>::type;

/// Number of values in a State.
template <NeuronModel Neuron>
inline constexpr int neuron_state_size = int(sizeof(typename Neuron::template State<float>) / sizeof(float));

}  // namespace tet

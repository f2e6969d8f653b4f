// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/signal.hpp>
#include <tet/neuron/concepts.hpp>

#include <cstddef>
#include <type_traits>

namespace tet {

/// Layers one after another. Inside another list it counts as one layer for names in files, as torch.nn.Sequential
/// does.
template <class... Layers>
struct Sequential {
  static constexpr char const* name = "Sequential";
};

namespace detail {

template <class Layer>
inline constexpr bool is_sequential = false;
template <class... Layers>
inline constexpr bool is_sequential<Sequential<Layers...>> = true;

template <class Layer, class In>
concept HasOutput = requires {
  typename Layer::template Output<In>;
};

/// Signal after one layer or a list of them; each step is a point where an error names the layer and its input.
template <class In, class... Layers>
struct Through {
  using type = In;
};

template <class Layer, class In>
struct OutputOf {
  static_assert(HasOutput<Layer, In>,
                "tet::Sequential: one of its arguments is neither a layer nor a neuron (see Layer in the note); for a "
                "neuron of your "
                "own, static_assert(tet::NeuronModel<Layer>) tells what it lacks");
  using type = In;
};
template <class Layer, class In>
  requires HasOutput<Layer, In>
struct OutputOf<Layer, In> {
  using type = typename Layer::template Output<In>;
};
template <NeuronModel Neuron, class In>
struct OutputOf<Neuron, In> {
  using Kind = std::conditional_t<std::is_same_v<NeuronFire<Neuron>, Heaviside>, Spike, Analog>;
  using type = typename In::template WithKind<Kind>;
};
template <class... Layers, class In>
struct OutputOf<Sequential<Layers...>, In> {
  using type = typename Through<In, Layers...>::type;
};

template <class In, class First, class... Rest>
struct Through<In, First, Rest...> {
  using type = typename Through<typename OutputOf<First, In>::type, Rest...>::type;
};

}  // namespace detail

/// Signal that a layer, a neuron or a list makes of an input signal.
template <class Layer, class In>
using LayerOutput = typename detail::OutputOf<Layer, In>::type;

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/network.hpp>
#include <tet/layer/residual.hpp>
#include <tet/layer/sequential.hpp>
#include <tet/layer/spike_join.hpp>
#include <tet/neuron/concepts.hpp>

namespace tet {

namespace detail {

/// Learnable values of one layer, or of a list of layers one after another, on an input signal.
template <class Layer, class In>
struct ParameterCount {
  static constexpr Index count() {
    Index total = 0;
    if constexpr (requires { Layer::template weight<In>; }) total += Layer::template weight<In>.count();
    if constexpr (requires { Layer::has_bias; }) {
      if constexpr (Layer::has_bias) total += Layer::template bias<In>.count();
    } else if constexpr (requires { Layer::template bias<In>; }) {
      total += Layer::template bias<In>.count();
    }
    return total;
  }
};
template <NeuronModel Neuron, class In>
struct ParameterCount<Neuron, In> {
  static constexpr Index count() {
    Index total = 0;
    for (auto const& parameter : neuron_parameters<Neuron>)
      total += parameter.sharing == Sharing::per_layer ? 1 : In::shape.channels();
    return total;
  }
};
template <class In>
struct ParameterCount<Sequential<>, In> {
  static constexpr Index count() { return 0; }
};
template <class First, class... Rest, class In>
struct ParameterCount<Sequential<First, Rest...>, In> {
  static constexpr Index count() {
    return ParameterCount<First, In>::count() + ParameterCount<Sequential<Rest...>, LayerOutput<First, In>>::count();
  }
};
template <class Main, class Shortcut, class In>
struct ParameterCount<Residual<Main, Shortcut>, In> {
  static constexpr Index count() { return ParameterCount<Main, In>::count() + ParameterCount<Shortcut, In>::count(); }
};
template <Join join, class Main, class Shortcut, class In>
struct ParameterCount<SpikeJoin<join, Main, Shortcut>, In> : ParameterCount<Residual<Main, Shortcut>, In> {};

}  // namespace detail

/// Number of learnable values of a network, known from its type alone. BatchNorm's running statistics do not count, as in
/// PyTorch.
template <class Net>
inline constexpr Index parameter_count = detail::ParameterCount<typename Net::Body, typename Net::InputSignal>::count();

}  // namespace tet

// SPDX-License-Identifier: MIT
// expect-error: tet::Sequential: one of its arguments is neither a layer nor a neuron
// expect-error: Neuron
#include <tet/layer/layers.hpp>
#include <tet/neuron/neurons.hpp>

struct Neuron {
  static constexpr char const* name = "mine";
  template <class V>
  struct State {
    V v;
  };
  template <class V>
  struct Parameters {};
  template <class V>
  struct Step {
    V s;
    State<V> next;
  };
  template <class V>
  struct Gradient {
    V x;
    State<V> state;
    Parameters<V> parameters;
  };
  template <class V, class Fire>
  static constexpr Step<V> step(State<V> previous, Parameters<V>, V x) {
    return {Fire::template value<V>(previous.v + x), {x}};
  }
#if !defined(TET_SHOULD_FAIL)
  template <class V>
  static constexpr Gradient<V> backward(State<V>, Parameters<V>, Step<V>, V ds, State<V>) {
    return {ds, {ds}, {}};
  }
#endif
};

using Net = tet::Network<tet::Input<2, 2, 1>, Neuron>;
static_assert(Net::output_shape.size() == 4);

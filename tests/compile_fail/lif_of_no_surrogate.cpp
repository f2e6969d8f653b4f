// SPDX-License-Identifier: MIT
// expect-error: SurrogateGradient
// expect-error: primitive
#include <tet/neuron/neurons.hpp>

struct Bump {
  static constexpr char const* name = "bump";
  template <class V>
  static constexpr V derivative(V) {
    return V(1);
  }
#if !defined(TET_SHOULD_FAIL)
  template <class V>
  static constexpr V primitive(V v) {
    return v;
  }
#endif
};

using Neuron = tet::Lif<tet::LifConfig{}, Bump>;
static_assert(tet::NeuronModel<Neuron>);

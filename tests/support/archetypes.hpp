// SPDX-License-Identifier: MIT
#pragma once

#include <tet/loss/concepts.hpp>
#include <tet/neuron/concepts.hpp>
#include <tet/surrogate/concepts.hpp>

namespace tet::test {

// One type for each concept that has what the concept asks for and nothing else: generic code must compile with them.

/// ds/du = 1 everywhere.
struct SurrogateArchetype {
  static constexpr char const* name = "archetype";

  template <class V>
  TET_HD static constexpr V derivative(V) {
    return V(1);
  }
  template <class V>
  TET_HD static constexpr V primitive(V v) {
    return v;
  }
};

/// Fires above 1, keeps nothing that matters: its state is the last input.
struct NeuronArchetype {
  static constexpr char const* name = "archetype";

  template <class V>
  struct State {
    V last;
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
  TET_HD static constexpr Step<V> step(State<V>, Parameters<V>, V x) {
    return {Fire::template value<V>(x - V(1)), {x}};
  }
  template <class V>
  TET_HD static constexpr Gradient<V> backward(State<V>, Parameters<V>, Step<V>, V ds, State<V> dnext) {
    return {ds + dnext.last, {V(0)}, {}};
  }
};

/// Half the squared distance of the first output from 0.
struct LossArchetype {
  static constexpr char const* name = "archetype";

  template <class Scalar>
  TET_HD Scalar operator()(LossTerm<Scalar> const& term) const {
    term.doutput[0] = term.output[0];
    return term.output[0] * term.output[0] / 2;
  }
};

static_assert(SurrogateGradient<SurrogateArchetype> && NeuronModel<NeuronArchetype> && TimestepLoss<LossArchetype>);

}  // namespace tet::test

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/surrogate/concepts.hpp>

namespace tet {

/// ds/du = alpha * p * (1 - p) with p = 1 / (1 + exp(-alpha * v)), v = u - threshold.
///
/// Source: SpikingJelly's surrogate.Sigmoid, alpha = 4.
/// Units:  alpha per unit of the membrane potential.
template <float alpha = 4.0f>
struct Sigmoid {
  static_assert(alpha > 0, "tet::Sigmoid: alpha must be positive");
  static constexpr char const* name = "sigmoid";

  template <class V>
  TET_HD static V derivative(V v) {
    // exp of a negative number only: no overflow, and 1 - p keeps its digits.
    V const e = exp(-V(alpha) * abs(v));
    V const p = V(1) / (V(1) + e);
    return V(alpha) * p * (e * p);
  }

  template <class V>
  TET_HD static V primitive(V v) {
    V const e = exp(-V(alpha) * abs(v));
    V const p = V(1) / (V(1) + e);
    return select(v < V(0), e * p, p);
  }
};

static_assert(SurrogateGradient<Sigmoid<>>);

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/surrogate/concepts.hpp>

namespace tet {

/// ds/du = (alpha / 2) * exp(-alpha * |v|), v = u - threshold.
///
/// Source: Shrestha & Orchard 2018 (SLAYER), eq. 12, in the form of SpikingJelly's surrogate.PiecewiseExp, alpha = 2.
/// Units:  alpha per unit of the membrane potential.
template <float alpha = 2.0f>
struct PiecewiseExponential {
  static_assert(alpha > 0, "tet::PiecewiseExponential: alpha must be positive");
  static constexpr char const* name = "piecewise_exponential";

  template <class V>
  TET_HD static V derivative(V v) {
    return exp(-V(alpha) * abs(v)) * V(0.5 * alpha);
  }

  template <class V>
  TET_HD static V primitive(V v) {
    V const tail = exp(-V(alpha) * abs(v)) * V(0.5);
    return select(v > V(0), V(1) - tail, tail);
  }
};

static_assert(SurrogateGradient<PiecewiseExponential<>>);

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/surrogate/concepts.hpp>

#include <numbers>

namespace tet {

/// ds/du = (alpha / 2) / (1 + (pi * alpha * v / 2)^2), v = u - threshold.
///
/// Source: SpikingJelly's surrogate.ATan, alpha = 2.
/// Units:  alpha per unit of the membrane potential.
template <float alpha = 2.0f>
struct Atan {
  static_assert(alpha > 0, "tet::Atan: alpha must be positive");
  static constexpr char const* name = "atan";

  template <class V>
  TET_HD static constexpr V derivative(V v) {
    V const w = V(steepness) * v;
    return V(0.5 * alpha) / (V(1) + w * w);
  }

  template <class V>
  TET_HD static V primitive(V v) {
    return atan(V(steepness) * v) * V(1 / std::numbers::pi) + V(0.5);
  }

 private:
  static constexpr double steepness = 0.5 * std::numbers::pi * alpha;
};

static_assert(SurrogateGradient<Atan<>>);

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/surrogate/concepts.hpp>

namespace tet {

/// ds/du = max(0, gamma - |v|) / gamma^2, v = u - threshold.
///
/// Source: Deng et al. 2022 (TET), eq. 4 and the authors' code (ZIF), gamma = 1.
/// Units:  gamma in units of the membrane potential.
template <float gamma = 1.0f>
struct Triangle {
  static_assert(gamma > 0, "tet::Triangle: gamma, half the width of its base, must be positive");
  static constexpr char const* name = "triangle";

  template <class V>
  TET_HD static constexpr V derivative(V v) {
    return max(V(0), V(gamma) - abs(v)) * V(1.0 / (double(gamma) * gamma));
  }

  template <class V>
  TET_HD static constexpr V primitive(V v) {
    V const rest = max(V(0), V(gamma) - abs(v));
    V const tail = rest * rest * V(0.5 / (double(gamma) * gamma));
    return select(v > V(0), V(1) - tail, tail);
  }
};

static_assert(SurrogateGradient<Triangle<>>);

}  // namespace tet

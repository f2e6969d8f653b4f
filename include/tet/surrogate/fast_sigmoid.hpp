// SPDX-License-Identifier: MIT
#pragma once

#include <tet/surrogate/concepts.hpp>

namespace tet {

/// ds/du = 1 / (1 + slope * |v|)^2, v = u - threshold.
///
/// Source: Zenke & Ganguli 2018 (SuperSpike); snnTorch's fast_sigmoid, slope = 25. Its integral spans 2 / slope, not 1.
/// Units:  slope per unit of the membrane potential.
template <float slope = 25.0f>
struct FastSigmoid {
  static_assert(slope > 0, "tet::FastSigmoid: the slope must be positive");
  static constexpr char const* name = "fast_sigmoid";

  template <class V>
  TET_HD static constexpr V derivative(V v) {
    V const w = V(1) + V(slope) * abs(v);
    return V(1) / (w * w);
  }

  template <class V>
  TET_HD static constexpr V primitive(V v) {
    return v / (V(1) + V(slope) * abs(v));
  }
};

static_assert(SurrogateGradient<FastSigmoid<>>);

}  // namespace tet

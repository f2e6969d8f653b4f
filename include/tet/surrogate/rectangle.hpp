// SPDX-License-Identifier: MIT
#pragma once

#include <tet/surrogate/concepts.hpp>

namespace tet {

/// ds/du = 1 / width for |v| < width / 2, else 0, v = u - threshold.
///
/// Source: Wu et al. 2018 (STBP), eq. 22, width = 1.
/// Units:  width in units of the membrane potential.
template <float width = 1.0f>
struct Rectangle {
  static_assert(width > 0, "tet::Rectangle: the width must be positive");
  static constexpr char const* name = "rectangle";

  template <class V>
  TET_HD static constexpr V derivative(V v) {
    return select(abs(v) < V(0.5 * width), V(1.0 / width), V(0));
  }

  template <class V>
  TET_HD static constexpr V primitive(V v) {
    return min(V(1), max(V(0), v * V(1.0 / width) + V(0.5)));
  }
};

static_assert(SurrogateGradient<Rectangle<>>);

}  // namespace tet

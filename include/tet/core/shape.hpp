// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

namespace tet {

/// Extents of one sample at one timestep: (H, W, C), channels innermost, or (F).
///
/// A structural type: shapes are template arguments, and GCC prints them in the notes of an error as
/// `Shape<3>{Index [3]{48, 48, 2}}`.
template <int Rank>
struct Shape {
  static constexpr int rank = Rank;

  Index extent[Rank];

  friend constexpr bool operator==(Shape const&, Shape const&) = default;

  constexpr Index operator[](int axis) const { return extent[axis]; }

  /// Number of values.
  constexpr Index size() const {
    Index product = 1;
    for (Index const e : extent) product *= e;
    return product;
  }

  /// Channels of (H, W, C), features of (F): the innermost extent.
  constexpr Index channels() const { return extent[Rank - 1]; }

  /// Pixels of (H, W, C); 1 for (F).
  constexpr Index pixels() const { return size() / channels(); }
};

template <class... Extents>
Shape(Extents...) -> Shape<sizeof...(Extents)>;

template <int A, int B>
constexpr bool same_shape(Shape<A> const& a, Shape<B> const& b) {
  if constexpr (A == B) return a == b;
  else return false;
}

static_assert(Shape{48, 48, 2}.size() == 4608 && Shape{48, 48, 2}.pixels() == 48 * 48);

}  // namespace tet

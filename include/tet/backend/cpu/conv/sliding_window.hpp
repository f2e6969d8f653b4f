// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/activity.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace tet::conv {

/// Whether for_each_window applies: to the usual convolutions. (Padding: the last column of the first window is no
/// padding on the left.)
inline bool windows_slide(ConvGeometry const& g) { return g.kernel == 3 && g.stride == 1 && g.padding <= 2; }

/// Calls body(low, high) for `count` output pixels of one row, `pixel` of all images being the first, with the bits of
/// the 3x3 input pixels that each sees of group c of channels. They stay in registers: each next window takes three
/// pixels from memory.
///
/// Bytes: of a group in an input pixel. Bit k * 8 * Bytes + i of low[row] is channel i of pixel k; groups of 4 bytes
/// have the third pixel in high[row].
template <int Bytes, class Body>
[[gnu::always_inline]] inline void for_each_window(ConvGeometry const& g, Activity const& active, Index pixel,
                                                   Index count, Index c, Body const& body) {
  static_assert(Bytes == 1 || Bytes == 2 || Bytes == 4);
  using Two = std::conditional_t<Bytes == 1, std::uint8_t, std::uint16_t>;
  using Group = std::conditional_t<Bytes == 4, std::uint32_t, Two>;
  static constexpr Group none = 0;
  Index const ow = g.out_width(), n = pixel / ow / g.out_height();
  Index const first_row = pixel / ow % g.out_height() - g.padding, first_column = pixel % ow - g.padding;
  std::uint8_t const* next[3];  // column of each row
  Index column_bytes[3];
  std::uint64_t low[3] = {}, high[3] = {};
  auto const stop = [&](Index row) { next[row] = reinterpret_cast<std::uint8_t const*>(&none), column_bytes[row] = 0; };
  auto const advance = [&](Index row, bool inside) __attribute__((always_inline)) {
    Group group = none;
    if (inside) {
      std::memcpy(&group, next[row], Bytes);
      next[row] += column_bytes[row];
    }
    if constexpr (Bytes == 4) {
      low[row] = low[row] >> 32 | high[row] << 32;
      high[row] = group;
    } else {
      low[row] = low[row] >> 8 * Bytes | std::uint64_t(group) << 16 * Bytes;
    }
  };
  for (Index row = 0; row < 3; ++row) {
    Index const r = first_row + row;
    if (r < 0 || r >= g.height) {
      stop(row);
      continue;
    }
    column_bytes[row] = active.words * 8;
    next[row] = active.pixel((n * g.height + r) * g.width + std::max<Index>(first_column, 0)) + c * Bytes;
    for (Index s = first_column; s < first_column + 2; ++s) advance(row, s >= 0 && s < g.width);
  }
  for (Index s = first_column + 2; s < first_column + 2 + count; ++s) {
    if (s >= g.width) stop(0), stop(1), stop(2);
    TET_UNROLL(3)
    for (int row = 0; row < 3; ++row) advance(row, true);
    body(low, high);
  }
}

}  // namespace tet::conv

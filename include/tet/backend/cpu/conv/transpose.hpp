// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <cstring>

namespace tet::conv {

namespace detail {

typedef float Float4 __attribute__((vector_size(16)));

[[gnu::always_inline]] inline void transpose_4x4(float const* from, Index from_pitch, float* to, Index to_pitch) {
  Float4 row[4], half[4], column[4];
  for (Index i = 0; i < 4; ++i) std::memcpy(&row[i], from + i * from_pitch, sizeof row[i]);
  for (int i = 0; i < 2; ++i) {
    half[i] = __builtin_shufflevector(row[2 * i], row[2 * i + 1], 0, 4, 1, 5);
    half[2 + i] = __builtin_shufflevector(row[2 * i], row[2 * i + 1], 2, 6, 3, 7);
  }
  for (int i = 0; i < 2; ++i) {
    column[2 * i] = __builtin_shufflevector(half[2 * i], half[2 * i + 1], 0, 1, 4, 5);
    column[2 * i + 1] = __builtin_shufflevector(half[2 * i], half[2 * i + 1], 2, 3, 6, 7);
  }
  for (Index i = 0; i < 4; ++i) std::memcpy(to + i * to_pitch, &column[i], sizeof column[i]);
}

}  // namespace detail

/// to[j * to_pitch + i] = from[i * from_pitch + j].
///
/// By blocks: left to itself the compiler scatters single values, which some processors do slowly, and columns that are
/// a power of two apart share cache sets.
inline void transpose(float const* from, Index from_pitch, Index rows, Index columns, float* to, Index to_pitch) {
  Index const whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
  for (Index i = 0; i < whole_rows; i += 4)
    for (Index j = 0; j < whole_columns; j += 4)
      detail::transpose_4x4(from + i * from_pitch + j, from_pitch, to + j * to_pitch + i, to_pitch);
  for (Index i = 0; i < rows; ++i)
    for (Index j = i < whole_rows ? whole_columns : 0; j < columns; ++j)
      to[j * to_pitch + i] = from[i * from_pitch + j];
}

}  // namespace tet::conv

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/pack.hpp>

namespace tet::conv {

/// Register tile of the dense kernels: rows (pixels) x two packs of columns. 6 x 16 fills the 16 registers of AVX2, 12
/// x 32 most of the 32 of AVX-512.
inline constexpr int tile_rows = native_width<float> > 8 ? 12 : 6;
inline constexpr Index tile_columns = 2 * native_width<float>;
inline constexpr Index tile_floats = tile_rows * tile_columns;

/// Where a tile's left operand lies: value (row r, run p, k) at row[r][p * pitch + k * step].
struct TileOperand {
  float const* row[tile_rows];
  Index pitch = 0;
  Index step = 1;
};

/// Rows of tile_columns floats, `stride` apart; 0 repeats one row.
template <class Float>
struct TileRows {
  Float* first;
  Index stride;
};

inline constexpr float zero_row[tile_columns] = {};

/// out[r][:] = start[r][:] + sum over p < runs, k < length of a(r, p, k) * b[p][k][:].
///
/// Not inlined: the loop wants all registers for itself (inlined into its callers it reloaded pointers from the stack,
/// 1.3x slower).
[[gnu::noinline]] inline void multiply_tile(TileOperand const& a, Index runs, Index length, float const* b,
                                            TileRows<float const> start, TileRows<float> out) {
  using V = NativePack<float>;
  V sum[tile_rows][2];
  TET_UNROLL(16)
  for (int r = 0; r < tile_rows; ++r) {
    sum[r][0] = V::load(start.first + r * start.stride);
    sum[r][1] = V::load(start.first + r * start.stride + V::width);
  }
  for (Index p = 0; p < runs; ++p) {
    float const* row[tile_rows];
    TET_UNROLL(16)
    for (int r = 0; r < tile_rows; ++r) row[r] = a.row[r] + p * a.pitch;
    Index const end = length * a.step;
    for (Index k = 0; k != end; k += a.step, b += tile_columns) {
      V const left = V::load(b), right = V::load(b + V::width);
      TET_UNROLL(16)
      for (int r = 0; r < tile_rows; ++r) {
        V const value(row[r][k]);  // one broadcasting load
        sum[r][0] += value * left;
        sum[r][1] += value * right;
      }
    }
  }
  TET_UNROLL(16)
  for (int r = 0; r < tile_rows; ++r) {
    sum[r][0].store(out.first + r * out.stride);
    sum[r][1].store(out.first + r * out.stride + V::width);
  }
}

}  // namespace tet::conv

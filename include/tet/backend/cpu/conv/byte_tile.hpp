// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/byte_products.hpp>
#include <tet/backend/cpu/conv/tile.hpp>

namespace tet::conv {

/// The register tile of tile.hpp on bytes: tile_rows rows of inputs x tile_columns outputs.
template <class Products>
struct ByteTile {
  using Bytes = typename Products::Bytes;
  using Sums = typename Products::Sums;
  using Whole = typename Products::Whole;
  static constexpr Index lanes = Products::bytes / 4;  // outputs of a vector
  static_assert(tile_columns == 2 * lanes);

  /// total[r][o] = sum over steps s and k < 4 of row[r][offset[s] + k] * w[s][o][k].
  ///
  /// `runs` cuts the steps: after each run sums go into 32 bits. Not inlined: the loop wants all registers.
  [[gnu::noinline]] static void multiply(std::uint8_t const* const (&rows)[tile_rows], std::int32_t const* offset,
                                         std::int8_t const* w, std::uint16_t const* runs, std::int32_t* total) {
    std::uint8_t const* row[tile_rows];
    TET_UNROLL(16)
    for (int r = 0; r < tile_rows; ++r) row[r] = rows[r];
    for (bool first = true; *runs != 0; ++runs, first = false) {
      Sums sum[tile_rows][2];
      TET_UNROLL(16)
      for (int r = 0; r < tile_rows; ++r) sum[r][0] = sum[r][1] = Sums{};
      for (std::int32_t const* const end = offset + *runs; offset != end; ++offset, w += 2 * Products::bytes) {
        Bytes const left = load<Bytes>(w), right = load<Bytes>(w + Products::bytes);
        Index const at = *offset;
        TET_UNROLL(16)
        for (int r = 0; r < tile_rows; ++r) {
          Bytes const x = Products::repeat(row[r] + at);
          sum[r][0] = Products::add(sum[r][0], x, left);
          sum[r][1] = Products::add(sum[r][1], x, right);
        }
      }
      TET_UNROLL(16)
      for (int r = 0; r < tile_rows; ++r) TET_UNROLL(2)
      for (int v = 0; v < 2; ++v) {
        std::int32_t* const to = total + (2 * r + v) * lanes;
        Whole whole = Products::whole(sum[r][v]);
        if (!first) whole += load<Whole>(to);
        std::memcpy(to, &whole, sizeof whole);
      }
    }
  }

 private:
  template <class Vector, class From>
  [[gnu::always_inline]] static Vector load(From const* from) {
    Vector v;
    std::memcpy(&v, from, sizeof v);
    return v;
  }
};

}  // namespace tet::conv

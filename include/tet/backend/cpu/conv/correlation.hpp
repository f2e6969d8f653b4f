// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/transpose.hpp>
#include <tet/core/convolution.hpp>

#include <algorithm>

namespace tet::conv {

/// What a forward pass and an input gradient have in common: every output of a grid is a sum over a window of the
/// source.
///
///   out[n, i * out_stride + out_row, j * out_stride + out_column, m]
///       = sum_{p, q, k} weight(p, q, k, m) * source[n, i * in_stride + in_row + p, j * in_stride + in_column + q, k]
///
/// (out of range reads 0). A forward pass is one such sum. The input gradient of a convolution with stride s is s * s
/// of them: input pixels of one residue modulo s see the same subset of the kernel, mirrored, over neighbouring output
/// pixels.
struct Correlation {
  Index images;
  Index in_height, in_width, in_channels;     // of the source
  Index out_height, out_width, out_channels;  // of the array that is written
  Index rows, columns;                        // grid
  Index tap_rows, tap_columns;                // window
  Index in_stride, in_row, in_column;
  Index out_stride, out_row, out_column;
  Index kernel, tap_row, tap_column, tap_step;  // kernel position of window position (0, 0), and step to the next
  bool transposed;                              // weights are read as [..][m][k]

  constexpr Index tiles(Index edge) const { return images * ceil_div(rows, edge) * ceil_div(columns, edge); }

  /// to[(k - k0) * pitch + m - m0] = weight(p, q, k, m) for k0 … k0 + channels - 1 and m0 … m0 + count - 1.
  void weights(float const* weight, Index p, Index q, Index k0, Index channels, Index m0, Index count, float* to,
               Index pitch) const {
    Index const tap = (tap_row + p * tap_step) * kernel + tap_column + q * tap_step;
    float const* const w = weight + tap * in_channels * out_channels;
    if (transposed) transpose(w + m0 * in_channels + k0, in_channels, count, channels, to, pitch);
    else
      for (Index k = 0; k < channels; ++k) {
        float const* const row = w + (k0 + k) * out_channels + m0;
        std::copy(row, row + count, to + k * pitch);
      }
  }

  static constexpr Correlation forward(ConvGeometry g) {
    flatten(g);
    return {g.images,
            g.height,
            g.width,
            g.in_channels,
            g.out_height(),
            g.out_width(),
            g.out_channels,
            g.out_height(),
            g.out_width(),
            g.kernel,
            g.kernel,
            g.stride,
            -g.padding,
            -g.padding,
            1,
            0,
            0,
            g.kernel,
            0,
            0,
            1,
            false};
  }

  /// Input pixels with (row + padding) % stride == a and (column + padding) % stride == b. The grid may be empty.
  static constexpr Correlation input_gradient(ConvGeometry g, Index a, Index b) {
    flatten(g);
    Index const s = g.stride;
    Index const row = first(g.padding, a, s), column = first(g.padding, b, s);
    Index const tap_rows = a < g.kernel ? ceil_div(g.kernel - a, s) : 0,
                tap_columns = b < g.kernel ? ceil_div(g.kernel - b, s) : 0;
    return {g.images,
            g.out_height(),
            g.out_width(),
            g.out_channels,
            g.height,
            g.width,
            g.in_channels,
            count(g.height, row, s),
            count(g.width, column, s),
            tap_rows,
            tap_columns,
            1,
            (row + g.padding - a) / s - (tap_rows - 1),
            (column + g.padding - b) / s - (tap_columns - 1),
            s,
            row,
            column,
            g.kernel,
            a + s * (tap_rows - 1),
            b + s * (tap_columns - 1),
            -s,
            true};
  }

 private:
  /// Pixels of a plain 1x1 convolution are independent: one tall image, so that tiles cross image borders.
  static constexpr void flatten(ConvGeometry& g) {
    if (g.kernel != 1 || g.stride != 1 || g.padding != 0) return;
    g.height *= g.images;
    g.images = 1;
  }
  static constexpr Index first(Index padding, Index residue, Index stride) {
    return ((residue - padding) % stride + stride) % stride;
  }
  static constexpr Index count(Index extent, Index start, Index stride) {
    return start < extent ? ceil_div(extent - start, stride) : 0;
  }
};

}  // namespace tet::conv

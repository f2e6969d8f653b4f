// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/correlation.hpp>
#include <tet/backend/cpu/conv/expand.hpp>
#include <tet/backend/cpu/conv/tile.hpp>

namespace tet::conv {

/// What Winograd's passes share: 6x6 patches of a source, 4 pixels apart, and their transform B^T d B.
///
/// Source: Lavin, Gray: Fast algorithms for convolutional neural networks. CVPR 2016, sec. 4.3 (points 0, ±1, ±2).
struct WinogradPatches {
  using V = NativePack<float>;
  static constexpr int edge = 4, patch = 6, planes = patch * patch;
  /// Floats between planes: power-of-two distances cost 2-3x in the transforms (cache sets).
  static constexpr Index skew = 80;

  Correlation c;
  Index tall, wide;  // patches of one image
  Index patches;     // of all images

  explicit WinogradPatches(Correlation const& correlation)
      : c(correlation), tall(ceil_div(c.rows, edge)), wide(ceil_div(c.columns, edge)), patches(c.tiles(edge)) {}

  static bool apply(Correlation const& c) {
    return c.tap_rows == 3 && c.tap_columns == 3 && c.in_stride == 1 && c.out_stride == 1 && c.in_channels >= 16 &&
           c.out_channels >= 16 &&
           c.tiles(edge) * 16 <= c.images * c.rows * c.columns * 2;  // not where patches hang over the border too much
  }

  [[gnu::always_inline]] static V times(float factor, V a, V b) { return V(factor) * a + b; }

  /// B^T of one line.
  [[gnu::always_inline]] static void transform_line(V const (&d)[6], V (&t)[6]) {
    V const a = times(-4, d[2], d[4]), b = times(-4, d[1], d[3]), e = d[4] - d[2], f = d[3] - d[1];
    t[0] = times(4, d[0], times(-5, d[2], d[4]));
    t[1] = a + b;
    t[2] = a - b;
    t[3] = times(2, f, e);
    t[4] = times(-2, f, e);
    t[5] = times(4, d[1], times(-5, d[3], d[5]));
  }

  /// Transforms what the patch of outputs from (row, column) of an image on sees. Position p of the transform of
  /// channels k V::width … goes to to[p * plane_stride + k * pack_stride].
  template <class Kind>
  void transform_source(Activation<Kind, float> x, Index image, Index row, Index column, float* to, Index plane_stride,
                        Index pack_stride) const {
    Index const row0 = row + c.in_row, column0 = column + c.in_column;
    Index pixel[patch][patch];  // -1 outside
    for (int i = 0; i < patch; ++i)
      for (int j = 0; j < patch; ++j) {
        Index const r = row0 + i, s = column0 + j;
        bool const inside = r >= 0 && r < c.in_height && s >= 0 && s < c.in_width;
        pixel[i][j] = inside ? (image * c.in_height + r) * c.in_width + s : -1;
      }
    for (Index k = 0; k < c.in_channels; k += V::width, to += pack_stride) {
      V half[patch][patch];
      for (int j = 0; j < patch; ++j) {
        V d[patch], t[patch];
        for (int i = 0; i < patch; ++i) d[i] = pixel[i][j] >= 0 ? load_channels(x, pixel[i][j], k) : V(0.0f);
        transform_line(d, t);
        for (int i = 0; i < patch; ++i) half[i][j] = t[i];
      }
      for (int i = 0; i < patch; ++i) {
        V t[patch];
        transform_line(half[i], t);
        for (int j = 0; j < patch; ++j) t[j].store(to + (i * patch + j) * plane_stride);
      }
    }
  }
};

}  // namespace tet::conv

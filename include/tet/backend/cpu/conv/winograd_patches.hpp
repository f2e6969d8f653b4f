// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/correlation.hpp>
#include <tet/backend/cpu/conv/expand.hpp>
#include <tet/backend/cpu/conv/tile.hpp>
#include <tet/backend/cpu/conv/winograd_lines.hpp>

namespace tet::conv {

/// What Winograd's passes share: patches of a source, `edge` pixels apart, and their transform, plane by plane: a plane
/// is one position of the transform.
struct WinogradPatches {
  using V = NativePack<float>;
  /// Floats between planes: power-of-two distances cost 2-3x in the transforms (cache sets).
  static constexpr Index skew = 80;

  Correlation c;
  Index edge, planes;
  Index tall, wide;  // patches of one image
  Index patches;     // of all images

  WinogradPatches() = default;
  WinogradPatches(Correlation const& correlation, Index outputs)
      : c(correlation),
        edge(outputs),
        planes(planes_of(edge)),
        tall(ceil_div(c.rows, edge)),
        wide(ceil_div(c.columns, edge)),
        patches(c.tiles(edge)) {}

  static constexpr Index planes_of(Index edge) { return (edge + 2) * (edge + 2); }

  /// The edge with fewer products, where reading the transformed weights weighs as much as `weights` patches; 0 where
  /// neither saves half of the products: another window or stride, few channels, patches that hang over the border.
  static Index best_edge(Correlation const& c, Index weights = 0) {
    if (c.tap_rows != 3 || c.tap_columns != 3 || c.in_stride != 1 || c.out_stride != 1) return 0;
    if (c.in_channels < 16 || c.out_channels < 16) return 0;
    auto const cost = [&](Index edge) { return planes_of(edge) * (c.tiles(edge) + weights); };
    Index const edge = cost(6) < cost(4) ? 6 : 4;
    return saves(c, edge) ? edge : 0;
  }

  static bool saves(Correlation const& c, Index edge) { return products(c, edge) <= 4.5; }

  /// Products for each pixel of the output, where a plain sum has 9.
  static double products(Correlation const& c, Index edge) {
    return double(c.tiles(edge) * planes_of(edge)) / double(c.images * c.rows * c.columns);
  }

  template <class Body>
  void with_lines(Body const& body) const {
    if (edge == 4) body(WinogradLines<4>());
    else body(WinogradLines<6>());
  }

  /// Transforms what the patch of outputs from (row, column) of an image on sees. Plane p of channels k V::width … goes
  /// to to[p * plane_stride + k * pack_stride].
  template <class Lines, class Kind>
  void transform_source(Activation<Kind, float> x, Index image, Index row, Index column, float* to, Index plane_stride,
                        Index pack_stride) const {
    constexpr int patch = Lines::patch;
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
        Lines::source(d, t);
        if constexpr (std::is_same_v<Kind, Analog>)  // what the next patch does not share with this one
          for (int i = 0; i < patch && j >= patch - Lines::edge; ++i)
            if (pixel[i][j] >= 0) __builtin_prefetch(x.pixel(pixel[i][j] + Lines::edge) + k);
        for (int i = 0; i < patch; ++i) half[i][j] = t[i];
      }
      for (int i = 0; i < patch; ++i) {
        V t[patch];
        Lines::source(half[i], t);
        for (int j = 0; j < patch; ++j) t[j].store(to + (i * patch + j) * plane_stride);
      }
    }
  }
};

}  // namespace tet::conv

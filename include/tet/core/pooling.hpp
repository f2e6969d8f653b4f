// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

namespace tet {

/// Sizes of an average pooling without overlap or padding; rows and columns that fill no window are left out.
struct PoolGeometry {
  Index images = 0;
  Index height = 0, width = 0, channels = 0;
  Index window_height = 1, window_width = 1;

  TET_HD constexpr Index out_height() const { return height / window_height; }
  TET_HD constexpr Index out_width() const { return width / window_width; }
  TET_HD constexpr Index window() const { return window_height * window_width; }
};

/// Pixels of an image under one window: rows top … bottom - 1, columns left … right - 1.
struct PoolWindow {
  Index top, bottom, left, right;
};

/// Sizes of a max pooling, whose windows may overlap and stand over the border by `padding`. What lies outside never wins.
/// Pre: 2 * padding <= kernel, so that each window has a pixel inside.
struct MaxPoolGeometry {
  Index images = 0;
  Index height = 0, width = 0, channels = 0;
  Index kernel = 1, stride = 1, padding = 0;

  TET_HD constexpr Index out_height() const { return (height + 2 * padding - kernel) / stride + 1; }
  TET_HD constexpr Index out_width() const { return (width + 2 * padding - kernel) / stride + 1; }

  /// Window of output row i and column j, cut to the image.
  TET_HD constexpr PoolWindow window(Index i, Index j) const {
    Index const top = i * stride - padding, left = j * stride - padding;
    return {top > 0 ? top : 0, top + kernel < height ? top + kernel : height, left > 0 ? left : 0,
            left + kernel < width ? left + kernel : width};
  }

  /// The first window along one axis that reaches row (or column) `at`, and the first that begins after it, before cutting
  /// to the number of windows.
  TET_HD constexpr Index first_over(Index at) const {
    return at + padding < kernel ? 0 : (at + padding - kernel) / stride + 1;
  }
  TET_HD constexpr Index end_over(Index at) const { return (at + padding) / stride + 1; }
};

}  // namespace tet

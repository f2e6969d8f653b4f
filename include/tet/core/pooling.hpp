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

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>
#include <tet/core/pooling.hpp>

namespace tet {

/// dL/d output of a layer, to be read: [T, pixels, C], or, where an average pooling follows the layer, dL/d pooled
/// output, which a place reads as its share of the window it lies in.
template <class Scalar>
struct GradientView {
  Scalar const* data = nullptr;
  PoolGeometry pool{};  ///< windows of 1x1: no pooling
};

/// dL/ds of one place n of [pixels] over time: at timestep t, first[t * step + c] * share.
template <class Scalar>
struct GradientRow {
  Scalar const* first;  // [channels] at t = 0
  Index step;           // values from one timestep to the next
  Scalar share;         // of the window's gradient; 0 outside of all windows

  TET_HD GradientRow(GradientView<Scalar> const& view, Index pixels, Index channels, Index n)
      : first(view.data + n * channels), step(pixels * channels), share(1) {
    PoolGeometry const& g = view.pool;
    if (g.window() == 1) return;
    Index const image = n / (g.height * g.width), i = n / g.width % g.height / g.window_height,
                j = n % g.width / g.window_width;
    Index const window_pixels = g.out_height() * g.out_width();
    bool const inside = i < g.out_height() && j < g.out_width();
    first = view.data + (inside ? image * window_pixels + i * g.out_width() + j : 0) * channels;
    step = pixels / (g.height * g.width) * window_pixels * channels;
    share = inside ? Scalar(1) / Scalar(g.window()) : Scalar(0);
  }
};

/// Coefficients of dL/dx = scale * (dL/dy - mean_dy - (x - mean) * slope) of a BatchNorm, each [C]; see
/// batch_norm_finish.
template <class Scalar>
struct BatchNormGradient {
  Scalar const* scale = nullptr;
  Scalar const* mean_dy = nullptr;
  Scalar const* slope = nullptr;
};

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/pooling.hpp>

namespace tet {

/// dL/d output of a layer, to be read: [T, pixels, C], or, where an average pooling follows the layer, dL/d pooled
/// output, which a place reads as its share of the window it lies in.
template <class Scalar>
struct GradientView {
  Scalar const* data = nullptr;
  PoolGeometry pool{};  ///< windows of 1x1: no pooling
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

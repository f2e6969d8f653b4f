// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

namespace tet {

/// How far a convolution (float) may round differently from the plain sum. Each allows what those before it allow.
///
/// Error: at most 1e-4 of the largest output, but for `direct`.
enum class Exactness {
  direct,    ///< as any order of summation does
  winograd,  ///< by Winograd's algorithm (3x3, stride 1)
  rounded,   ///< with weights of 16 bits, a scale for each output, where a forward pass adds those of spikes or counts;
             ///< not if an output's largest weight exceeds 8 times the root of their mean square
};

/// Sizes of one 2-D convolution over a batch of images, [timesteps][samples]. What spikes add at several timesteps may
/// be computed once.
///
///   y[n, i, j, o] = bias[o] + sum_{p, q, c} w[p, q, c, o] * x[n, i*stride + p - padding, j*stride + q - padding, c]
///
/// (out of range reads 0). Weights are stored [kernel][kernel][in][out]: one spike adds one contiguous row of outputs.
struct ConvGeometry {
  Index images = 0;
  Index height = 0, width = 0, in_channels = 0;
  Index out_channels = 0;
  Index kernel = 1, stride = 1, padding = 0;
  Exactness exactness = Exactness::rounded;
  Index timesteps = 1;  ///< images is a multiple of it

  TET_HD constexpr Index out_height() const { return (height + 2 * padding - kernel) / stride + 1; }
  TET_HD constexpr Index out_width() const { return (width + 2 * padding - kernel) / stride + 1; }
  TET_HD constexpr Index in_pixels() const { return height * width; }
  TET_HD constexpr Index out_pixels() const { return out_height() * out_width(); }
  TET_HD constexpr Index weights() const { return kernel * kernel * in_channels * out_channels; }
  /// Outputs that one input channel of a pixel enters, borders counted exactly.
  TET_HD constexpr Index reached_from(Index pixel) const {
    return reach(pixel / width, out_height()) * reach(pixel % width, out_width()) * out_channels;
  }

 private:
  /// Output rows (or columns) whose windows hold input row `at`.
  TET_HD constexpr Index reach(Index at, Index outputs) const {
    Index count = 0;
    for (Index tap = 0; tap < kernel; ++tap) {
      Index const start = at + padding - tap;
      if (start >= 0 && start % stride == 0 && start / stride < outputs) ++count;
    }
    return count;
  }
};

}  // namespace tet

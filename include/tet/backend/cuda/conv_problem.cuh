// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/bfloat16.cuh>
#include <tet/core/convolution.hpp>
#include <tet/core/index.hpp>

#include <compare>
#include <type_traits>

namespace tet::gpu {

/// Which of a convolution's three passes: its operands are x and weights; dy and weights; x and dy.
enum class ConvPass { forward, input_gradient, weight_gradient };

/// What the operands of a convolution are.
enum class ElementType { float32, float64, bfloat16 };

/// All that the choice of a library's kernel depends on.
struct ConvProblem {
  ConvPass pass;
  ElementType element;
  Exactness exactness;
  Index images, height, width, in_channels, out_height, out_width, out_channels, kernel, stride, padding;

  friend auto operator<=>(ConvProblem const&, ConvProblem const&) = default;
};

template <class Scalar, class Element>
ConvProblem conv_problem(ConvPass pass, ConvGeometry const& g) {
  constexpr ElementType element = std::is_same_v<Element, BFloat16> ? ElementType::bfloat16
                                  : std::is_same_v<Scalar, double>  ? ElementType::float64
                                                                    : ElementType::float32;
  return {.pass = pass,
          .element = element,
          .exactness = g.exactness,
          .images = g.images,
          .height = g.height,
          .width = g.width,
          .in_channels = g.in_channels,
          .out_height = g.out_height(),
          .out_width = g.out_width(),
          .out_channels = g.out_channels,
          .kernel = g.kernel,
          .stride = g.stride,
          .padding = g.padding};
}

/// A Linear layer, or a 1x1 convolution: the windows are the input's pixels.
constexpr bool is_matrix_product(ConvGeometry const& g) { return g.kernel == 1 && g.stride == 1 && g.padding == 0; }

}  // namespace tet::gpu

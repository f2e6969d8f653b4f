// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>
#include <tet/core/shape.hpp>
#include <tet/core/tensor_info.hpp>

#include <array>

namespace tet {

/// How a tensor of a layer is laid out here, against the order that PyTorch's files have.
enum class Layout {
  plain,          ///< the same
  conv_weight,    ///< here [Kh][Kw][In][Out], there [Out][In][Kh][Kw]
  linear_weight,  ///< here [In][Out], there [Out][In]; features after a Flatten here H, W, C, there C, H, W
  feature,        ///< one value for each feature, ordered as the features of linear_weight
};

/// One tensor of a layer: a learnable parameter, or a statistic that training tracks.
struct ParameterSpec {
  char const* name = "";
  TensorRole role = TensorRole::parameter;
  Layout layout = Layout::plain;
  std::array<Index, 4> shape{};  ///< in PyTorch's order
  int rank = 0;
  Index fan_in = 0;         ///< > 0: initialised uniformly in +-1/sqrt(fan_in), as PyTorch's Conv2d and Linear
  float initial = 0;        ///< initial value where fan_in is 0
  Index origin_pixels = 1;  ///< pixels of the signal before its Flatten
  Index origin_channels = 1;

  constexpr Index count() const {
    Index n = 1;
    for (int i = 0; i < rank; ++i) n *= shape[std::size_t(i)];
    return n;
  }

  /// Position here of the value at position `i` of PyTorch's order.
  constexpr Index position(Index i) const {
    switch (layout) {
      case Layout::conv_weight: {
        Index const kernel = shape[2] * shape[3], in = shape[1], out = shape[0];
        return (i % kernel * in + i / kernel % in) * out + i / (kernel * in);
      }
      case Layout::linear_weight:
        return feature(i % shape[1]) * shape[0] + i / shape[1];
      case Layout::feature:
        return feature(i);
      case Layout::plain:
        break;
    }
    return i;
  }

 private:
  constexpr Index feature(Index f) const {
    if (origin_pixels <= 1) return f;
    return f % origin_pixels * origin_channels + f / origin_pixels;
  }
};

/// Records where a Flatten changed the order of features.
template <class In>
constexpr ParameterSpec after_flatten(ParameterSpec spec) {
  if (same_shape(In::origin, In::shape)) return spec;
  spec.origin_pixels = In::origin.pixels();
  spec.origin_channels = In::origin.channels();
  return spec;
}

}  // namespace tet

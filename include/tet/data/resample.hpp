// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace tet::data {

/// A part of an image, resized, and a part of the result: along one axis.
struct AxisCrop {
  Index begin = 0, length = 0;  ///< of the source
  Index resized = 0;            ///< values that the part of the source becomes
  Index first = 0;              ///< the first of them that is wanted
};

namespace detail {

/// Bilinear weights of `count` values of a resized axis: a triangle of one source value's half-width on each side, or, where
/// the axis shrinks, of one resized value's, so that every source value counts.
///
/// Source: the resampling of the Python Imaging Library ("BILINEAR"), which torchvision's Resize uses.
struct AxisWeights {
  Index taps = 0;               // room of each value's weights
  std::vector<Index> begin{};   // [count]: the source value of the first weight
  std::vector<float> weight{};  // [count][taps]; 0 beyond the last

  void make(AxisCrop const& axis, Index count) {
    double const scale = double(axis.length) / double(axis.resized), reach = std::max(scale, 1.0);
    taps = Index(std::ceil(reach)) * 2 + 1;
    begin.resize(std::size_t(count));
    weight.assign(std::size_t(count * taps), 0.0f);
    for (Index i = 0; i < count; ++i) {
      double const centre = (double(axis.first + i) + 0.5) * scale;
      Index const low = std::max<Index>(0, Index(std::floor(centre - reach + 0.5)));
      Index const high = std::min(axis.length, Index(std::floor(centre + reach + 0.5)));
      float* const to = weight.data() + i * taps;
      auto const triangle = [&](Index k) { return std::max(0.0, 1 - std::abs(double(k) + 0.5 - centre) / reach); };
      double sum = 0;
      for (Index k = low; k < high; ++k) sum += triangle(k);
      for (Index k = low; k < high; ++k) to[k - low] = float(triangle(k) / sum);
      begin[std::size_t(i)] = axis.begin + low;
    }
  }
};

}  // namespace detail

/// Resizes part of an image of bytes [H, W, 3] to floats in 0…255, bilinearly; reusable, it keeps its memory.
class Resampler {
 public:
  /// out [rows, columns, 3].
  void operator()(std::uint8_t const* pixels, Index width, AxisCrop const& vertical, AxisCrop const& horizontal,
                  Index rows, Index columns, std::span<float> out) {
    down_.make(vertical, rows);
    across_.make(horizontal, columns);
    Index const first = down_.begin.front();
    Index const last = std::min(down_.begin.back() + down_.taps, vertical.begin + vertical.length);
    lines_.resize(std::size_t((last - first) * columns * 3));
    for (Index y = first; y < last; ++y)
      for (Index x = 0; x < columns; ++x) {
        Index const begin = across_.begin[std::size_t(x)];
        Index const taps = std::min(across_.taps, horizontal.begin + horizontal.length - begin);
        float const* const weight = across_.weight.data() + x * across_.taps;
        std::uint8_t const* from = pixels + (y * width + begin) * 3;
        float sum[3] = {};
        for (Index k = 0; k < taps; ++k)
          for (int c = 0; c < 3; ++c) sum[c] += weight[k] * float(*from++);
        std::copy_n(sum, 3, lines_.data() + ((y - first) * columns + x) * 3);
      }
    for (Index i = 0; i < rows; ++i) {
      float* const to = out.data() + i * columns * 3;
      std::fill_n(to, columns * 3, 0.0f);
      Index const begin = down_.begin[std::size_t(i)];
      for (Index k = 0; k < std::min(down_.taps, last - begin); ++k) {
        float const weight = down_.weight[std::size_t(i * down_.taps + k)];
        float const* const from = lines_.data() + (begin - first + k) * columns * 3;
        for (Index j = 0; j < columns * 3; ++j) to[j] += weight * from[j];
      }
    }
  }

 private:
  detail::AxisWeights down_, across_;
  std::vector<float> lines_;  // [source rows, columns, 3]
};

}  // namespace tet::data

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/convolution.hpp>

#include <cstdint>
#include <vector>

namespace tet::test {

/// The three passes of a convolution as naive loops in double, straight from the formula of ConvGeometry. Values of x
/// are plain numbers.
struct ReferenceConvolution {
  ConvGeometry g;

  /// Calls visit(input element, weight element, output element) for each product of the sum.
  template <class Visit>
  void products(Visit const& visit) const {
    for (Index n = 0; n < g.images; ++n)
      for (Index i = 0; i < g.out_height(); ++i)
        for (Index j = 0; j < g.out_width(); ++j)
          for (Index p = 0; p < g.kernel; ++p)
            for (Index q = 0; q < g.kernel; ++q) {
              Index const r = i * g.stride + p - g.padding, s = j * g.stride + q - g.padding;
              if (r < 0 || s < 0 || r >= g.height || s >= g.width) continue;
              for (Index c = 0; c < g.in_channels; ++c)
                for (Index o = 0; o < g.out_channels; ++o)
                  visit(((n * g.height + r) * g.width + s) * g.in_channels + c,
                        ((p * g.kernel + q) * g.in_channels + c) * g.out_channels + o,
                        ((n * g.out_height() + i) * g.out_width() + j) * g.out_channels + o);
            }
  }

  std::vector<double> forward(std::vector<double> const& x, std::vector<double> const& w,
                              std::vector<double> const& bias) const {
    std::vector<double> y(std::size_t(g.images * g.out_pixels() * g.out_channels));
    for (std::size_t k = 0; k < y.size(); ++k) y[k] = bias.empty() ? 0.0 : bias[k % std::size_t(g.out_channels)];
    products(
        [&](Index in, Index weight, Index out) { y[std::size_t(out)] += x[std::size_t(in)] * w[std::size_t(weight)]; });
    return y;
  }

  std::vector<double> input_gradient(std::vector<double> const& w, std::vector<double> const& dy) const {
    std::vector<double> dx(std::size_t(g.images * g.in_pixels() * g.in_channels));
    products([&](Index in, Index weight, Index out) {
      dx[std::size_t(in)] += dy[std::size_t(out)] * w[std::size_t(weight)];
    });
    return dx;
  }

  std::vector<double> weight_gradient(std::vector<double> const& x, std::vector<double> const& dy) const {
    std::vector<double> dw(std::size_t(g.weights()));
    products([&](Index in, Index weight, Index out) {
      dw[std::size_t(weight)] += x[std::size_t(in)] * dy[std::size_t(out)];
    });
    return dw;
  }

  std::vector<double> bias_gradient(std::vector<double> const& dy) const {
    std::vector<double> db(std::size_t(g.out_channels));
    for (std::size_t k = 0; k < dy.size(); ++k) db[k % db.size()] += dy[k];
    return db;
  }
};

}  // namespace tet::test

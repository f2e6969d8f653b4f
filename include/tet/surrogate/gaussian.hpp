// SPDX-License-Identifier: MIT
#pragma once

#include <tet/surrogate/concepts.hpp>

#include <numbers>

namespace tet {

/// ds/du = exp(-v^2 / (2 sigma^2)) / (sigma * sqrt(2 pi)), v = u - threshold.
///
/// Source: Yin, Corradi & Bohte 2020, sec. 3, sigma = 0.5.
/// Units:  sigma in units of the membrane potential.
template <float sigma = 0.5f>
struct Gaussian {
  static_assert(sigma > 0, "tet::Gaussian: sigma must be positive");
  static constexpr char const* name = "gaussian";

  template <class V>
  TET_HD static V derivative(V v) {
    return exp(v * v * V(-0.5 / (double(sigma) * sigma))) * V(height);
  }

  template <class V>
  TET_HD static V primitive(V v) {
    return erf(v * V(1 / (sigma * std::numbers::sqrt2))) * V(0.5) + V(0.5);
  }

 private:
  static constexpr double height = std::numbers::inv_sqrtpi / (sigma * std::numbers::sqrt2);
};

static_assert(SurrogateGradient<Gaussian<>>);

}  // namespace tet

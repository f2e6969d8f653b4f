// SPDX-License-Identifier: MIT
#pragma once

#include <tet/analysis/filters.hpp>

#include <span>
#include <type_traits>
#include <vector>

namespace tet::analysis {

/// weights + a * d; for a = 0 the weights themselves, to the bit.
template <class Scalar>
std::vector<Scalar> moved(std::span<Scalar const> weights, double a, std::span<Scalar const> d) {
  detail::check_count("a direction", d.size(), weights.size());
  std::vector<Scalar> result(weights.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = Scalar(double(weights[i]) + a * double(d[i]));
  return result;
}

/// What `loss_at(weights + a d)` returns, for each a.
///
/// `loss_at` takes a span of weights and returns a number, or a struct of several; LossProbe makes one of a model.
template <class Scalar, class LossAt>
auto landscape_line(LossAt&& loss_at, std::span<Scalar const> weights, std::span<Scalar const> d,
                    std::span<double const> a) {
  std::vector<std::invoke_result_t<LossAt&, std::span<Scalar const>>> values;
  values.reserve(a.size());
  for (double const step : a) values.push_back(loss_at(std::span<Scalar const>(moved(weights, step, d))));
  return values;
}

/// The same over a plane: element [j * a.size() + i] is at weights + a[i] d + b[j] e.
template <class Scalar, class LossAt>
auto landscape_plane(LossAt&& loss_at, std::span<Scalar const> weights, std::span<Scalar const> d,
                     std::span<Scalar const> e, std::span<double const> a, std::span<double const> b) {
  std::vector<std::invoke_result_t<LossAt&, std::span<Scalar const>>> values;
  values.reserve(a.size() * b.size());
  for (double const up : b) {
    auto const row = moved(weights, up, e);
    for (double const step : a)
      values.push_back(loss_at(std::span<Scalar const>(moved(std::span<Scalar const>(row), step, d))));
  }
  return values;
}

}  // namespace tet::analysis

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/analysis/landscape.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace tet::analysis {

struct SharpnessOptions {
  double radius = 0.1;  ///< each filter moves by at most this share of its length
  int steps = 8;        ///< of the ascent
  int directions = 8;   ///< random ones
  Seed seed{1};
};

/// How much the loss grows around weights.
struct Sharpness {
  double loss = 0;             ///< at the weights
  double worst_increase = 0;   ///< the largest that the ascent found
  double random_increase = 0;  ///< mean over random directions, at the radius
};

/// Sharpness within a radius: the largest loss in { |dw_f| <= radius |w_f| for each filter f }, sought by projected
/// gradient ascent, and the mean loss at random filter-normalised directions of that length.
///
/// Each step of the ascent moves every filter by 2 radius / steps of its length along its own gradient and projects it
/// back; the largest loss on the way counts, so a worst_increase is a lower bound and never negative. Values that belong
/// to no filter do not move.
/// Source: Keskar et al. 2017, sec. 2.2.2 (metric 2.1), with the box around each weight replaced by Li et al.'s (2018)
/// ball around each filter, which does not depend on the scale of filters before a BatchNorm.
/// `loss_at` returns a number, `gradient_at` a std::vector<double>, both at a span of weights.
template <class Scalar, class LossAt, class GradientAt>
Sharpness sharpness(LossAt&& loss_at, GradientAt&& gradient_at, std::span<Scalar const> weights, Filters const& filters,
                    SharpnessOptions const& options = {}) {
  if (!(options.radius > 0)) refuse("radius of a sharpness", std::to_string(options.radius), "above 0");
  if (options.steps < 1) refuse("steps of a sharpness", std::to_string(options.steps), "at least 1");
  detail::check_count("filters of a sharpness", filters.of.size(), weights.size());
  auto const own = detail::filter_lengths(weights, filters);
  Sharpness result{.loss = loss_at(weights)};

  std::vector<double> shift(weights.size(), 0);
  auto const place = [&] {
    std::vector<Scalar> at(weights.size());
    for (std::size_t i = 0; i < at.size(); ++i) at[i] = Scalar(double(weights[i]) + shift[i]);
    return at;
  };
  double const stride = 2 * options.radius / options.steps;
  for (int step = 0; step < options.steps; ++step) {
    auto const at = place();
    std::vector<double> const gradient = gradient_at(std::span<Scalar const>(at));
    detail::check_count("a gradient", gradient.size(), weights.size());
    auto const steep = detail::filter_lengths(std::span<double const>(gradient), filters);
    for (std::size_t i = 0; i < shift.size(); ++i) {
      if (filters.of[i] < 0) continue;
      auto const f = std::size_t(filters.of[i]);
      if (steep[f] > 0) shift[i] += stride * own[f] * gradient[i] / steep[f];
    }
    auto const far = detail::filter_lengths(std::span<double const>(shift), filters);
    for (std::size_t i = 0; i < shift.size(); ++i) {
      if (filters.of[i] < 0) continue;
      auto const f = std::size_t(filters.of[i]);
      if (far[f] > options.radius * own[f]) shift[i] *= options.radius * own[f] / far[f];
    }
    auto const reached = place();
    result.worst_increase = std::max(result.worst_increase, loss_at(std::span<Scalar const>(reached)) - result.loss);
  }

  for (int number = 0; number < options.directions; ++number) {
    auto const d = filter_normalised_direction(weights, filters, options.seed, std::uint64_t(number));
    auto const at = moved(weights, options.radius, std::span<Scalar const>(d));
    result.random_increase += (loss_at(std::span<Scalar const>(at)) - result.loss) / options.directions;
  }
  return result;
}

}  // namespace tet::analysis

// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace report {

enum class Scale { linear, logarithmic };

/// What an axis says, and optionally where it begins and ends; left out, the data decide.
struct Axis {
  std::string label;  ///< with its unit: "test accuracy (%)"
  Scale scale = Scale::linear;
  std::optional<double> from{};
  std::optional<double> to{};
};

struct Range {
  double from = 0;
  double to = 1;
};

struct Tick {
  double at;
  std::string label;
};

/// About `about` round numbers in [from, to]: multiples of 1, 2 or 5 times a power of ten; on a logarithmic axis powers
/// of ten, and 2 and 5 times those where there are fewer than three.
/// Throws: std::invalid_argument for an empty range, or one that a logarithmic axis cannot show.
std::vector<Tick> ticks(Range range, Scale scale, int about);

/// From the smallest to the largest finite number (a logarithmic axis takes positive ones only); [0, 1] (or [1, 10]) of
/// none, and some room around a single one.
Range extent(std::span<double const> values, Scale scale);

/// What an axis shows of these values: its own ends, else theirs, widened by the share `margin` on each side.
/// Throws: std::invalid_argument where the axis ends before it begins.
Range shown(Axis const& axis, std::span<double const> values, double margin);

}  // namespace report

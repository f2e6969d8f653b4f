// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace report {

/// Mean and sample standard deviation (divisor n - 1) of a few numbers, such as one result over seeds.
struct Statistics {
  double mean = 0;
  double deviation = 0;  ///< 0 for a single number, which says nothing about spread
  double smallest = 0;
  double largest = 0;
  std::size_t count = 0;
};

/// Throws: std::invalid_argument for no numbers, or one that is not finite.
Statistics statistics(std::span<double const> values);

/// Difference of two means in units of its standard error (Welch); infinite where neither side has any spread.
/// Throws: std::invalid_argument where a side has fewer than two numbers.
double welch_t(Statistics const& a, Statistics const& b);

/// "83.4 ± 0.6", or "83.4" for a single number.
std::string text(Statistics const& s, int decimals);

}  // namespace report

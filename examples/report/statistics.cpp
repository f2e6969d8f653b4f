// SPDX-License-Identifier: MIT
#include "statistics.hpp"

#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace report {

Statistics statistics(std::span<double const> values) {
  if (values.empty()) throw std::invalid_argument("report::statistics: got no numbers, expected at least one");
  Statistics s{.smallest = values[0], .largest = values[0], .count = values.size()};
  for (double const v : values) {
    if (!std::isfinite(v)) throw std::invalid_argument("report::statistics: got a number that is not finite");
    s.mean += v / double(values.size());
    s.smallest = std::min(s.smallest, v);
    s.largest = std::max(s.largest, v);
  }
  double squares = 0;
  for (double const v : values) squares += (v - s.mean) * (v - s.mean);
  if (values.size() > 1) s.deviation = std::sqrt(squares / double(values.size() - 1));
  return s;
}

double welch_t(Statistics const& a, Statistics const& b) {
  if (a.count < 2 || b.count < 2)
    throw std::invalid_argument("report::welch_t: got a single number, expected at least two on each side");
  double const error =
      std::sqrt(a.deviation * a.deviation / double(a.count) + b.deviation * b.deviation / double(b.count));
  double const difference = a.mean - b.mean;
  if (error > 0) return difference / error;
  return difference == 0 ? 0 : std::copysign(std::numeric_limits<double>::infinity(), difference);
}

std::string text(Statistics const& s, int decimals) {
  std::string const mean = fixed(s.mean, decimals);
  return s.count > 1 ? mean + " ± " + fixed(s.deviation, decimals) : mean;
}

}  // namespace report

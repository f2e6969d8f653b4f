// SPDX-License-Identifier: MIT
#include "axis.hpp"

#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace report {

namespace {

std::string power_of_ten(int power) {
  if (power >= -3 && power <= 4) return fixed(std::pow(10.0, power), std::max(0, -power));
  static char const* const digit[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = power < 0 ? "10⁻" : "10";
  for (char const c : std::to_string(std::abs(power))) text += digit[c - '0'];
  return text;
}

std::vector<Tick> linear_ticks(Range range, int about) {
  double const raw = (range.to - range.from) / std::max(1, about);
  double const power = std::pow(10.0, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (double const factor : {1.0, 2.0, 5.0})
    if (factor * power >= raw * (1 - 1e-9)) {
      step = factor * power;
      break;
    }
  int const decimals = int(std::max(0.0, -std::floor(std::log10(step) + 1e-9)));
  double const largest = std::max(std::abs(range.from), std::abs(range.to));
  std::vector<Tick> result;
  double const slack = 1e-9 * (range.to - range.from);
  for (double n = std::ceil((range.from - slack) / step); n * step <= range.to + slack; ++n) {
    double const at = n * step;
    bool const plain = largest < 1e6 && decimals <= 4;
    result.push_back({at, plain ? fixed(at, decimals) : significant(at, 3)});
  }
  return result;
}

std::vector<Tick> logarithmic_ticks(Range range, int about) {
  int const first = int(std::ceil(std::log10(range.from) - 1e-9)), last = int(std::floor(std::log10(range.to) + 1e-9));
  std::vector<Tick> result;
  int const stride = std::max(1, int(std::ceil(double(last - first + 1) / std::max(1, about))));
  if (last - first + 1 >= 3) {
    for (int p = first; p <= last; p += stride) result.push_back({std::pow(10.0, p), power_of_ten(p)});
    return result;
  }
  for (int p = first - 1; p <= last + 1; ++p)
    for (double const factor : {1.0, 2.0, 5.0}) {
      double const at = factor * std::pow(10.0, p);
      if (at < range.from * (1 - 1e-9) || at > range.to * (1 + 1e-9)) continue;
      result.push_back({at, factor == 1.0 ? power_of_ten(p) : significant(at, 1)});
    }
  return result.size() >= 2 ? result : linear_ticks(range, about);
}

}  // namespace

std::vector<Tick> ticks(Range range, Scale scale, int about) {
  if (!std::isfinite(range.from) || !std::isfinite(range.to) || !(range.from < range.to))
    throw std::invalid_argument("report::ticks: got an axis from " + significant(range.from) + " to " +
                                significant(range.to) + ", expected a range that grows");
  if (scale == Scale::linear) return linear_ticks(range, about);
  if (!(range.from > 0))
    throw std::invalid_argument("report::ticks: got a logarithmic axis from " + significant(range.from) +
                                ", expected one above 0");
  return logarithmic_ticks(range, about);
}

Range extent(std::span<double const> values, Scale scale) {
  double smallest = std::numeric_limits<double>::infinity(), largest = -smallest;
  for (double const v : values) {
    if (!std::isfinite(v) || (scale == Scale::logarithmic && v <= 0)) continue;
    smallest = std::min(smallest, v);
    largest = std::max(largest, v);
  }
  if (smallest > largest) return scale == Scale::linear ? Range{0, 1} : Range{1, 10};
  if (smallest < largest) return {smallest, largest};
  if (scale == Scale::logarithmic) return {smallest / 2, smallest * 2};
  double const room = smallest == 0 ? 1 : std::abs(smallest) / 10;
  return {smallest - room, smallest + room};
}

Range shown(Axis const& axis, std::span<double const> values, double margin) {
  Range range = extent(values, axis.scale);
  if (axis.scale == Scale::linear) {
    double const room = margin * (range.to - range.from);
    range = {range.from - room, range.to + room};
  } else {
    double const room = std::pow(range.to / range.from, margin);
    range = {range.from / room, range.to * room};
  }
  if (axis.from) range.from = *axis.from;
  if (axis.to) range.to = *axis.to;
  if (!(range.from < range.to)) {
    // One end is asked for, and all values lie beyond it.
    if (axis.from && axis.to)
      throw std::invalid_argument("report: axis \"" + axis.label + "\": got " + significant(*axis.from) + " to " +
                                  significant(*axis.to) + ", expected a range that grows");
    if (axis.from) range.to = axis.scale == Scale::linear ? range.from + 1 : range.from * 10;
    else range.from = axis.scale == Scale::linear ? range.to - 1 : range.to / 10;
  }
  return range;
}

}  // namespace report

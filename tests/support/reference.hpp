// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace tet::test {

/// Share of the largest value by which two orders of summation may differ.
template <class Scalar>
inline constexpr double tolerance = std::is_same_v<Scalar, float> ? 1e-5 : 1e-12;

/// Central differences in double agree with a right gradient to this error; a dropped term is orders of magnitude off.
inline constexpr double gradient_tolerance = 1e-7;

/// Uniform values in [low, high).
template <class Scalar = double>
std::vector<Scalar> random_values(Seed seed, std::uint64_t stream, std::size_t count, double low, double high) {
  Random const random(seed, stream);
  std::vector<Scalar> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = Scalar(low + (high - low) * random.uniform(i));
  return values;
}

/// Multiples of `step` from low to high: sums and products of few of them are exact in float, so any order gives the
/// same bits.
template <class Scalar = double>
std::vector<Scalar> random_multiples(Seed seed, std::uint64_t stream, std::size_t count, double low, double high,
                                     double step) {
  Random const random(seed, stream);
  auto const choices = std::uint64_t((high - low) / step) + 1;
  std::vector<Scalar> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = Scalar(low + step * double(random.below(i, choices)));
  return values;
}

/// ||a - n|| / max(||a + n||, 1e-2) of an analytic and a numeric gradient; infinite where one of them is not finite.
template <class A, class N>
double gradient_error(A const& a, N const& n) {
  double difference = 0, sum = 0;
  if (std::size(a) != std::size(n)) return std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < std::size(a); ++i) {
    double const d = double(a[i]) - double(n[i]), s = double(a[i]) + double(n[i]);
    difference += d * d;
    sum += s * s;
  }
  double const error = std::sqrt(difference) / std::max(std::sqrt(sum), 1e-2);
  return std::isfinite(error) ? error : std::numeric_limits<double>::infinity();
}

/// d loss() / d values[i] for each i; `values` is what loss() reads.
template <class Loss>
std::vector<double> central_differences(Loss const& loss, std::span<double> values, double h = 1e-6) {
  std::vector<double> gradient(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    double const at = values[i];
    values[i] = at + h;
    double const above = loss();
    values[i] = at - h;
    double const below = loss();
    values[i] = at;
    gradient[i] = (above - below) / (2 * h);
  }
  return gradient;
}

/// max |got - want| / max(max |want|, 1e-30); infinite for a different number of values or one that is not finite.
template <class Got, class Want>
double relative_error(Got const& got, Want const& want) {
  double const infinite = std::numeric_limits<double>::infinity();
  if (std::size(got) != std::size(want)) return infinite;
  double error = 0, scale = 1e-30;
  for (std::size_t i = 0; i < std::size(want); ++i) {
    double const d = std::abs(double(got[i]) - double(want[i]));
    if (!std::isfinite(d)) return infinite;
    error = std::max(error, d);
    scale = std::max(scale, std::abs(double(want[i])));
  }
  return error / scale;
}

/// The message of the exception that a call throws, or "" where it throws nothing of that type.
template <class Exception, class Call>
std::string message_of(Call const& call) {
  try {
    call();
  } catch (Exception const& e) {
    return e.what();
  }
  return "";
}

/// Whether a text holds all the given parts.
template <class... Parts>
bool mentions(std::string const& text, Parts const&... parts) {
  return ((text.find(parts) != std::string::npos) && ...);
}

}  // namespace tet::test

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/analysis/filters.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace tet::analysis {

// The Hessian by differences of gradients. `gradient_at` takes a span of weights and returns the gradient there as
// std::vector<double>; LossProbe makes one of a model. Weights are Scalar, everything else is double.
//
// A spiking network's gradient is that of its surrogate, which no loss has as its true gradient: the matrix is then the
// derivative of the field that training follows, and only nearly symmetric. Power iteration and Hutchinson's estimate
// see its symmetric part.

struct HessianOptions {
  double step = 1e-2;       ///< length of the difference's step, as a share of the weights' own length
  int iterations = 40;      ///< of the power iteration, at most
  double tolerance = 1e-2;  ///< relative change of the eigenvalue from one iteration to the next that ends it
  int probes = 16;          ///< random vectors of the trace
  Seed seed{1};
};

struct Eigenvalue {
  double value = 0;
  int iterations = 0;
  bool converged = false;
};

struct TraceEstimate {
  double value = 0;
  double error = 0;  ///< standard error over the probes
  int probes = 0;
};

namespace detail {

inline double dot(std::span<double const> a, std::span<double const> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

template <class Scalar>
double length(std::span<Scalar const> values) {
  double sum = 0;
  for (Scalar const v : values) sum += double(v) * double(v);
  return std::sqrt(sum);
}

/// Divides by the length; returns it.
inline double normalise(std::vector<double>& v) {
  double const size = length(std::span<double const>(v.data(), v.size()));
  if (size > 0)
    for (double& x : v) x /= size;
  return size;
}

struct Dominant {
  double value = 0;
  int iterations = 0;
  bool converged = false;
};

/// Eigenvalue of largest magnitude of H + shift, from a random start.
template <class Scalar, class GradientAt>
Dominant power_iteration(GradientAt&& gradient_at, std::span<Scalar const> weights, HessianOptions const& options,
                         double shift, std::uint64_t number);

}  // namespace detail

/// H v by a central difference: (g(w + h u) - g(w - h u)) / (2 h) * |v|, u = v / |v|, h = step * |w| (step where w is 0).
/// Error: O(h^2) where the gradient is smooth.
/// Throws: std::invalid_argument for a vector or gradient of another size, and a step that is not above 0.
template <class Scalar, class GradientAt>
std::vector<double> hessian_product(GradientAt&& gradient_at, std::span<Scalar const> weights,
                                    std::span<double const> v, double step) {
  detail::check_count("a vector for the Hessian", v.size(), weights.size());
  if (!(step > 0)) refuse("step of a difference", std::to_string(step), "above 0");
  double const size = detail::length(v), own = detail::length(weights);
  std::vector<double> result(weights.size(), 0);
  if (size == 0) return result;
  double const h = step * (own > 0 ? own : 1);
  auto const gradient = [&](double sign) {
    std::vector<Scalar> at(weights.size());
    for (std::size_t i = 0; i < at.size(); ++i) at[i] = Scalar(double(weights[i]) + sign * h / size * v[i]);
    std::vector<double> g = gradient_at(std::span<Scalar const>(at));
    detail::check_count("a gradient", g.size(), weights.size());
    return g;
  };
  std::vector<double> const ahead = gradient(1), behind = gradient(-1);
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = (ahead[i] - behind[i]) / (2 * h) * size;
  return result;
}

template <class Scalar, class GradientAt>
detail::Dominant detail::power_iteration(GradientAt&& gradient_at, std::span<Scalar const> weights,
                                         HessianOptions const& options, double shift, std::uint64_t number) {
  Random const random(options.seed, stream::directions + number);
  std::vector<double> v(weights.size());
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = normal(random, i);
  normalise(v);
  Dominant result;
  double before = std::numeric_limits<double>::infinity();
  while (result.iterations < options.iterations) {
    ++result.iterations;
    std::vector<double> next = hessian_product(gradient_at, weights, std::span<double const>(v), options.step);
    for (std::size_t i = 0; i < next.size(); ++i) next[i] += shift * v[i];
    result.value = dot(v, next);  // Rayleigh's quotient: v has length 1
    if (normalise(next) == 0) {
      result.converged = true;  // v lies in the kernel
      return result;
    }
    v = std::move(next);
    if (std::abs(result.value - before) <= options.tolerance * std::abs(result.value)) {
      result.converged = true;
      return result;
    }
    before = result.value;
  }
  return result;
}

/// The largest eigenvalue of the Hessian, by power iteration on differences of gradients from a random start.
///
/// Where the eigenvalue of largest magnitude is negative, a second iteration on H + |it| finds the largest one.
/// It has converged when the value changes by less than `tolerance`; otherwise the last value is returned and says so.
template <class Scalar, class GradientAt>
Eigenvalue largest_eigenvalue(GradientAt&& gradient_at, std::span<Scalar const> weights,
                              HessianOptions const& options = {}) {
  auto const first = detail::power_iteration(gradient_at, weights, options, 0, 0);
  if (first.value >= 0) return {first.value, first.iterations, first.converged};
  auto const second = detail::power_iteration(gradient_at, weights, options, -first.value, 1);
  return {second.value + first.value, first.iterations + second.iterations, first.converged && second.converged};
}

/// The trace of the Hessian: the mean of v' H v over vectors v of random signs.
/// Source: Hutchinson 1990; Yao et al. 2020 (PyHessian).
template <class Scalar, class GradientAt>
TraceEstimate hessian_trace(GradientAt&& gradient_at, std::span<Scalar const> weights,
                            HessianOptions const& options = {}) {
  if (options.probes < 1) refuse("probes of a trace", std::to_string(options.probes), "at least 1");
  std::vector<double> values;
  for (int probe = 0; probe < options.probes; ++probe) {
    Random const random(options.seed, stream::directions + 2 + std::uint64_t(probe));
    std::vector<double> v(weights.size());
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = (random.bits(i) & 1) != 0 ? 1.0 : -1.0;
    auto const product = hessian_product(gradient_at, weights, std::span<double const>(v), options.step);
    values.push_back(detail::dot(v, product));
  }
  TraceEstimate result{.value = 0, .error = 0, .probes = options.probes};
  for (double const value : values) result.value += value / double(values.size());
  double squares = 0;
  for (double const value : values) squares += (value - result.value) * (value - result.value);
  if (values.size() > 1) result.error = std::sqrt(squares / double(values.size() - 1) / double(values.size()));
  return result;
}

}  // namespace tet::analysis

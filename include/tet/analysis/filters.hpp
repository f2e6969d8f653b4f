// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/index.hpp>
#include <tet/core/random.hpp>
#include <tet/layer/parameter.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <string>
#include <vector>

namespace tet::analysis {

/// Which filter each value of a model's parameter storage belongs to: all weights that lead to one output channel of a
/// convolution, or to one output of a linear layer. Biases, BatchNorm's and neurons' parameters, and padding belong to
/// none (-1).
struct Filters {
  std::vector<Index> of;  ///< [values of the parameter storage]
  Index count = 0;
};

template <class Model>
Filters filters_of(Model const& model) {
  Filters filters{std::vector<Index>(std::size_t(model.parameter_storage().size()), -1), 0};
  model.visit_tensors([&](std::string const&, ParameterSpec const& spec, Index offset) {
    if (spec.role != TensorRole::parameter || spec.rank < 2) return;
    Index const outputs = spec.shape[0], each = spec.count() / outputs;
    for (Index i = 0; i < spec.count(); ++i)
      filters.of[std::size_t(offset + spec.position(i))] = filters.count + i / each;
    filters.count += outputs;
  });
  return filters;
}

namespace detail {

/// Euclidean length of each filter.
template <class Scalar>
std::vector<double> filter_lengths(std::span<Scalar const> values, Filters const& filters) {
  std::vector<double> lengths(std::size_t(filters.count), 0);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (filters.of[i] >= 0) lengths[std::size_t(filters.of[i])] += double(values[i]) * double(values[i]);
  for (double& length : lengths) length = std::sqrt(length);
  return lengths;
}

inline void check_count(char const* what, std::size_t got, std::size_t expected) {
  if (got != expected) refuse(what, std::to_string(got) + " values", std::to_string(expected));
}

/// Standard normal number `index` of a stream (Box-Muller).
inline double normal(Random const& random, std::uint64_t index) {
  double const u = 1 - random.uniform(2 * index), angle = 2 * std::numbers::pi * random.uniform(2 * index + 1);
  return std::sqrt(-2 * std::log(u)) * std::cos(angle);
}

}  // namespace detail

/// A random direction in which every filter is as long as the weights' own: d_f = g_f * |w_f| / |g_f|, g normal. Values
/// that belong to no filter do not move.
///
/// Filters before a BatchNorm can be scaled without changing the network, so a step of fixed length means more to short
/// ones; this makes steps of two networks comparable.
/// Source: Li, Xu, Taylor, Studer, Goldstein 2018, sec. 4; their code also leaves biases and BatchNorm unmoved.
/// Throws: std::invalid_argument where filters and weights do not have the same size.
template <class Scalar>
std::vector<Scalar> filter_normalised_direction(std::span<Scalar const> weights, Filters const& filters, Seed seed,
                                                std::uint64_t number = 0) {
  detail::check_count("filters of a direction", filters.of.size(), weights.size());
  Random const random(seed, stream::directions + number);
  std::vector<double> drawn(weights.size(), 0);
  for (std::size_t i = 0; i < drawn.size(); ++i)
    if (filters.of[i] >= 0) drawn[i] = detail::normal(random, i);
  auto const wanted = detail::filter_lengths(weights, filters);
  auto const got = detail::filter_lengths(std::span<double const>(drawn), filters);
  std::vector<Scalar> direction(weights.size(), Scalar(0));
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    if (filters.of[i] < 0) continue;
    auto const f = std::size_t(filters.of[i]);
    direction[i] = Scalar(drawn[i] * (got[f] > 0 ? wanted[f] / got[f] : 0));
  }
  return direction;
}

}  // namespace tet::analysis

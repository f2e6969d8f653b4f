// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>
#include <tet/core/random.hpp>

#include <cstdint>
#include <numeric>
#include <span>
#include <utility>

namespace tet::data {

/// Order in which an epoch visits a data set.
enum class Order { as_stored, shuffled };

/// Fills `order` with a permutation of 0 … n - 1, a function of the random stream and n alone (Fisher-Yates).
constexpr void shuffle(std::span<Index> order, Random random) {
  std::iota(order.begin(), order.end(), Index(0));
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[std::size_t(random.below(i - 1, i))]);
}

}  // namespace tet::data

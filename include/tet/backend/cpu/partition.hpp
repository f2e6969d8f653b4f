// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <algorithm>

namespace tet::cpu {

/// Cuts `count` items into equal chunks of at least `grain`, at most `most` of them. A function of sizes only, so that
/// results do not depend on the number of threads.
struct Partition {
  Index count = 0;
  Index chunk = 1;

  static constexpr Index most = 128;

  constexpr Partition(Index items, Index grain)
      : count(items), chunk(std::max<Index>({1, grain, ceil_div(items, most)})) {}

  constexpr Index tasks() const { return ceil_div(count, chunk); }
  constexpr Index begin(Index task) const { return task * chunk; }
  constexpr Index end(Index task) const { return std::min(count, (task + 1) * chunk); }
};

}  // namespace tet::cpu

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>

#include <cstddef>

namespace tet {

/// Sizes, strides and positions. Signed, so that differences are safe.
using Index = std::ptrdiff_t;

/// Number of simulation steps of one forward call.
struct Timesteps {
  Index value = 1;
};

/// Number of samples of one forward call.
struct BatchSize {
  Index value = 1;
};

TET_HD constexpr Index ceil_div(Index a, Index b) { return (a + b - 1) / b; }

TET_HD constexpr Index round_up(Index a, Index multiple) { return ceil_div(a, multiple) * multiple; }

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <array>
#include <compare>

namespace tet {

/// Names a piece of a model's work: runs of equal names ask the backend for the same loops over the same memory, so that it
/// may keep them and start them as one. What differs from run to run lies in that memory.
struct RepeatedWork {
  int part = 0;  ///< forward, backward, and in which mode
  Index timesteps = 0, batch = 0;
  bool repeated = false;
  std::array<void const*, 5> memory{};

  friend auto operator<=>(RepeatedWork const&, RepeatedWork const&) = default;
  friend bool operator==(RepeatedWork const&, RepeatedWork const&) = default;
};

}  // namespace tet

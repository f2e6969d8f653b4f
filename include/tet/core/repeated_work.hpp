// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <typeindex>

namespace tet {

/// Names a piece of work: runs of equal names ask the backend for the same loops over the same memory, so that it may keep
/// them and start them as one. What differs from run to run lies in that memory (see Staged).
struct RepeatedWork {
  /// Places in the backend's memory; nullptr is one, too.
  template <std::size_t N>
  using Places = std::array<void const*, N>;

  std::type_index code = typeid(void);  ///< type of the work's body: it tells losses and optimisers apart
  int part = 0;                         ///< forward, backward, both with loss and update; and in which mode
  Index timesteps = 0, batch = 0;
  bool repeated = false;
  Places<12> memory{};

  friend auto operator<=>(RepeatedWork const&, RepeatedWork const&) = default;
  friend bool operator==(RepeatedWork const&, RepeatedWork const&) = default;
};

/// The places of both.
template <std::size_t A, std::size_t B>
constexpr RepeatedWork::Places<A + B> joined(RepeatedWork::Places<A> const& a, RepeatedWork::Places<B> const& b) {
  RepeatedWork::Places<A + B> all{};
  std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), all.begin()));
  return all;
}

}  // namespace tet

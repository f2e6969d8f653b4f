// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace tet::cpu {

/// Number of channels that a pack holds: a constant where all lanes are channels (Whole), so that loads and stores need
/// no test.
template <int Width, bool Whole>
using LaneCount = std::conditional_t<Whole, std::integral_constant<Index, Width>, Index>;

template <int Width, bool Whole>
constexpr LaneCount<Width, Whole> lane_count(Index channels, Index c) {
  if constexpr (Whole) return {};
  else return std::min<Index>(Width, channels - c);
}

/// Calls body(p) for p = 0 … Packs - 1 as constants: arrays of packs that are indexed by them stay in registers. In a long loop
/// that takes a body with __attribute__((always_inline)), and results of functions in variables that are not const: GCC splits
/// a struct into registers only once nothing points to it, and never a const one. (It ignores [[gnu::always_inline]] there.)
template <int Packs, class Body>
[[gnu::always_inline]] inline void for_each_of(Body const& body) {
  [&]<std::size_t... P>(std::index_sequence<P...>) __attribute__((always_inline)) {
    (body(std::integral_constant<std::size_t, P>{}), ...);
  }
  (std::make_index_sequence<Packs>{});
}

/// Calls body<Packs, Whole>(c) for all channels: `Packs` whole packs at once first, then what is left pack by pack.
template <int Width, int Packs, class Body>
void for_each_packs(Index channels, Body const& body) {
  Index c = 0;
  for (; c + Packs * Width <= channels; c += Packs * Width) body.template operator()<Packs, true>(c);
  for (; c < channels; c += Width) body.template operator()<1, false>(c);
}

}  // namespace tet::cpu

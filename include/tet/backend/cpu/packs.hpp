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

/// Calls body(p) for p = 0 … Packs - 1 as constants: arrays of packs that are indexed by them stay in registers.
template <int Packs, class Body>
[[gnu::always_inline]] inline void for_each_of(Body const& body) {
  [&]<std::size_t... P>(std::index_sequence<P...>) { (body(std::integral_constant<std::size_t, P>{}), ...); }
  (std::make_index_sequence<Packs>{});
}

/// Calls body<Packs, Whole>(c) for all channels: `Packs` whole packs at once first, then what is left pack by pack.
template <int Width, int Packs, class Body>
void for_each_packs(Index channels, Body const& body) {
  Index c = 0;
  for (; c + Packs * Width <= channels; c += Packs * Width) body.template operator()<Packs, true>(c);
  for (; c < channels; c += Width) body.template operator()<1, false>(c);
}

/// Calls body<Whole>(c, p) for the packs p = 0, 1, … of channels first … end - 1.
template <int Width, class Body>
[[gnu::always_inline]] inline void for_each_pack(Index first, Index end, Body const& body) {
  Index c = first, p = 0;
  for (; c + Width <= end; c += Width, ++p) body.template operator()<true>(c, p);
  if (c < end) body.template operator()<false>(c, p);
}

}  // namespace tet::cpu

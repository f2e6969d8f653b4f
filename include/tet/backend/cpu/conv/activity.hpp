// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/bits.hpp>
#include <tet/backend/cpu/cpu.hpp>
#include <tet/core/activation.hpp>
#include <tet/core/arena.hpp>
#include <tet/core/convolution.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace tet::conv {

/// Which inputs of a call are active (not 0), one bit each in the layout of spikes, and how many.
struct Activity {
  static constexpr Index parts = 64;  // of the pixels, counted one by one

  std::uint64_t const* bits = nullptr;  // [pixels][words]
  Index words = 0;                      // per pixel
  Index count = 0;

  std::uint8_t const* pixel(Index p) const { return reinterpret_cast<std::uint8_t const*>(bits + p * words); }
};

/// Scratch for activity(): bits of graded input; spikes are their own.
struct ActivityScratch {
  std::uint64_t* bits;
  Index* counts;

  template <class Kind>
  static ActivityScratch plan(Arena& arena, ConvGeometry const& g) {
    Index const words = g.images * g.in_pixels() * ceil_div(g.in_channels, 64);
    return {arena.take<std::uint64_t>(std::is_same_v<Kind, Spike> ? 0 : words), arena.take<Index>(Activity::parts)};
  }
};

namespace detail {

inline void graded_bits(std::uint8_t const* counts, Index channels, std::uint64_t* words) {
  auto* const bytes = reinterpret_cast<std::uint8_t*>(words);
  Index const whole = channels / 8, all = ceil_div(channels, 64) * 8;
  for (Index k = 0; k < whole; ++k) bytes[k] = nonzero_mask(counts + 8 * k);
  for (Index k = whole; k < all; ++k) bytes[k] = 0;
  if (channels % 8 != 0) {
    std::uint8_t rest[8] = {};
    std::memcpy(rest, counts + 8 * whole, std::size_t(channels % 8));
    bytes[whole] = nonzero_mask(rest);
  }
}

}  // namespace detail

template <class Loops, class Kind>
Activity activity(BasicCpu<Loops>& exec, Activation<Kind, float> x, ActivityScratch const& scratch) {
  Index const words = ceil_div(x.channels, 64);
  exec.parallel_for(Activity::parts, [&](Index part, Index) {
    Index const begin = x.pixels * part / Activity::parts, end = x.pixels * (part + 1) / Activity::parts;
    std::uint64_t const* bits;
    if constexpr (std::is_same_v<Kind, Spike>) {
      bits = x.data;
    } else {
      for (Index p = begin; p < end; ++p) detail::graded_bits(x.pixel(p), x.channels, scratch.bits + p * words);
      bits = scratch.bits;
    }
    Index count = 0;
    for (Index k = begin * words; k < end * words; ++k) count += std::popcount(bits[k]);
    scratch.counts[part] = count;
  });
  Activity a{nullptr, words, 0};
  if constexpr (std::is_same_v<Kind, Spike>) a.bits = x.data;
  else a.bits = scratch.bits;
  for (Index part = 0; part < Activity::parts; ++part) a.count += scratch.counts[part];
  return a;
}

}  // namespace tet::conv

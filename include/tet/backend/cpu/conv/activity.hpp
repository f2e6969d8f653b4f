// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/bits.hpp>
#include <tet/backend/cpu/conv/shared_spikes.hpp>
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

/// Which inputs of a call are active (not 0), one bit each in the layout of spikes, and how many bits are set.
/// Timesteps may lack spikes that their parents have, see SharedSpikes.
struct Activity {
  static constexpr Index parts = 64;  // of the input, counted one by one

  std::uint64_t const* bits = nullptr;  // [timesteps + common][pixels of a timestep][words]
  Index words = 0;                      // per pixel
  Index count = 0;
  Index const* parent = nullptr;  // [timesteps], or nullptr where no timestep has one
  Index common = 0;               // 1 where spikes of all timesteps stand apart

  std::uint8_t const* pixel(Index p) const { return reinterpret_cast<std::uint8_t const*>(bits + p * words); }
};

/// Scratch for activity().
template <class Kind>
struct ActivityScratch {
  std::uint64_t* bits;
  Index* counts;

  static ActivityScratch plan(Arena& arena, ConvGeometry const& g) {
    Index const words = g.images * g.in_pixels() * ceil_div(g.in_channels, 64);
    return {arena.take<std::uint64_t>(words), arena.take<Index>(Activity::parts)};
  }
};

/// Spikes are their own bits, where none are shared.
template <>
struct ActivityScratch<Spike> {
  SharedSpikes shared;

  static ActivityScratch plan(Arena& arena, ConvGeometry const& g) {
    TET_ASSERT(g.images % g.timesteps == 0);
    Index const words = g.images / g.timesteps * g.in_pixels() * ceil_div(g.in_channels, 64);
    return {SharedSpikes::plan(arena, g.timesteps, words, Activity::parts)};
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

/// Of counts.
template <class Loops, class Kind>
Activity activity(BasicCpu<Loops>& exec, Activation<Kind, float> x, ActivityScratch<Kind> const& scratch) {
  Activity a{scratch.bits, ceil_div(x.channels, 64)};
  exec.parallel_for(Activity::parts, [&](Index part, Index) {
    Index const begin = x.pixels * part / Activity::parts, end = x.pixels * (part + 1) / Activity::parts;
    for (Index p = begin; p < end; ++p) detail::graded_bits(x.pixel(p), x.channels, scratch.bits + p * a.words);
    Index count = 0;
    for (Index k = begin * a.words; k < end * a.words; ++k) count += std::popcount(scratch.bits[k]);
    scratch.counts[part] = count;
  });
  for (Index part = 0; part < Activity::parts; ++part) a.count += scratch.counts[part];
  return a;
}

/// Of spikes: without those of a timestep's parent where that leaves fewer.
template <class Loops>
Activity activity(BasicCpu<Loops>& exec, Activation<Spike, float> x, ActivityScratch<Spike> const& scratch) {
  SharedSpikes const& shared = scratch.shared;
  auto const for_each_part = [&](auto const& body) {
    exec.parallel_for(Activity::parts, [&](Index part, Index) {
      body(part, shared.words * part / Activity::parts, shared.words * (part + 1) / Activity::parts);
    });
  };
  for_each_part([&](Index part, Index begin, Index end) { shared.count(x.data, part, begin, end); });
  auto const choice = shared.choose(Activity::parts, x.pixels / shared.timesteps * x.channels);
  if (!choice.parents) return {x.data, x.words_per_pixel(), choice.count};
  for_each_part([&](Index, Index begin, Index end) { shared.split(x.data, choice, begin, end); });
  return {shared.bits, x.words_per_pixel(), choice.count, shared.parent, choice.common};
}

}  // namespace tet::conv

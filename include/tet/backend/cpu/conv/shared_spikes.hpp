// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/arena.hpp>
#include <tet/core/index.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>

namespace tet::conv {

/// Spikes of a timestep without those of its parent, which all of them repeat. A convolution is linear: what the others
/// add comes on top of the parent's sums. Parents are
/// - an earlier timestep, where each of its spikes comes again: behind an image that is shown again and again a neuron
///   has the same input at all timesteps, and fires at each one, or at each second one, and so on;
/// - what all timesteps have in common, which stands apart then, as one more timestep, the last.
struct SharedSpikes {
  /// Earlier timesteps among which parents are looked for: those of the same group. Enough for the periods of firing,
  /// and few: of each pair spikes are counted, and a gradient of a timestep's spikes sums those of all that repeat
  /// them.
  static constexpr Index group = 8;
  /// What one more timestep of lists and sums costs, as the share of a timestep's inputs that must be saved in all.
  static constexpr double common_cost = 0.1;
  /// The share of a timestep's inputs that a parent must save at least.
  static constexpr double parent_cost = 0.005;

  Index timesteps, words;    // of spikes [timesteps][words]
  Index* counts = nullptr;   // [parts][timesteps][group]: spikes, then those of 1, 2 … timesteps before among them
  Index* commons = nullptr;  // [parts]: spikes of a place at all timesteps
  Index* parent = nullptr;   // [timesteps], or -1
  std::uint64_t* bits = nullptr;  // [timesteps + 1][words]

  static SharedSpikes plan(Arena& arena, Index timesteps, Index words, Index parts) {
    SharedSpikes s{timesteps, words};
    s.counts = arena.take<Index>(parts * timesteps * group);
    s.commons = arena.take<Index>(parts);
    s.parent = arena.take<Index>(timesteps);
    s.bits = arena.take<std::uint64_t>(timesteps > 1 ? (timesteps + 1) * words : 0);
    return s;
  }

  /// Counts words begin … end - 1 of each timestep.
  void count(std::uint64_t const* spikes, Index part, Index begin, Index end) const {
    for (Index t = 0; t < timesteps; ++t)
      for (Index back = 0; back <= t % group; ++back) {
        std::uint64_t const *const now = spikes + t * words, *const before = now - back * words;
        Index sum = 0;
        for (Index k = begin; k < end; ++k) sum += std::popcount(now[k] & before[k]);
        counts[(part * timesteps + t) * group + back] = sum;
      }
    commons[part] = 0;
    for (Index k = begin; k < end && timesteps > 1; ++k) {
      std::uint64_t common = spikes[k];
      for (Index t = 1; t < timesteps; ++t) common &= spikes[t * words + k];
      commons[part] += std::popcount(common);
    }
  }

  struct Choice {
    Index count = 0;       // spikes that are left
    bool parents = false;  // of any timestep
    bool common = false;   // whether what all have in common stands apart
  };

  /// Chooses parents by the counts of all parts, which it adds up. `inputs`: of one timestep.
  Choice choose(Index parts, Index inputs) const {
    for (Index part = 1; part < parts; ++part) {
      for (Index t = 0; t < timesteps; ++t)
        for (Index back = 0; back <= t % group; ++back)
          counts[t * group + back] += counts[(part * timesteps + t) * group + back];
      commons[0] += commons[part];
    }
    double const apart = double(assign_parents(inputs, commons[0]).count) + common_cost * double(inputs);
    Choice const without = assign_parents(inputs, 0);
    return apart < double(without.count) ? assign_parents(inputs, commons[0]) : without;
  }

  /// Writes words begin … end - 1 of what is left of each timestep.
  void split(std::uint64_t const* spikes, Choice const& choice, Index begin, Index end) const {
    std::uint64_t* const common = bits + timesteps * words;
    if (choice.common) {
      std::copy(spikes + begin, spikes + end, common + begin);
      for (Index t = 1; t < timesteps; ++t)
        for (Index k = begin; k < end; ++k) common[k] &= spikes[t * words + k];
    }
    for (Index t = 0; t < timesteps; ++t) {
      std::uint64_t const* const now = spikes + t * words;
      if (parent[t] < 0) {
        std::copy(now + begin, now + end, bits + t * words + begin);
        continue;
      }
      std::uint64_t const* const repeated = parent[t] == timesteps ? common : spikes + parent[t] * words;
      for (Index k = begin; k < end; ++k) bits[t * words + k] = now[k] & ~repeated[k];
    }
  }

 private:
  /// Writes `parent`. common: spikes that stand apart, 0 where they do not.
  Choice assign_parents(Index inputs, Index common) const {
    Choice choice{.count = common, .common = common > 0};
    for (Index t = 0; t < timesteps; ++t) {
      Index repeated = common;
      parent[t] = common > 0 ? timesteps : -1;
      for (Index back = 1; back <= t % group; ++back) {
        Index const earlier = counts[(t - back) * group];
        bool const again = earlier == counts[t * group + back];
        if (again && double(earlier - repeated) > parent_cost * double(inputs))
          repeated = earlier, parent[t] = t - back;
      }
      choice.count += counts[t * group] - repeated;
      choice.parents = choice.parents || parent[t] >= 0;
    }
    return choice;
  }
};

/// Makes sums of what timesteps add, [timesteps, and the common one][count], sums of all their spikes. parent: nullptr
/// where no timestep has one.
template <class Sum>
void add_parents(Index const* parent, Index timesteps, Sum* sums, Index count) {
  for (Index t = 0; parent != nullptr && t < timesteps; ++t) {
    if (parent[t] < 0) continue;
    Sum* const to = sums + t * count;
    Sum const* const from = sums + parent[t] * count;
    for (Index k = 0; k < count; ++k) to[k] = Sum(to[k] + from[k]);
  }
}

}  // namespace tet::conv

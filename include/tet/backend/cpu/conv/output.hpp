// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/stream.hpp>
#include <tet/core/index.hpp>
#include <tet/core/pack.hpp>

namespace tet::conv {

/// Outputs c … c + count - 1 of one place at some timesteps in a row. c is a multiple of the pack's width, and whole
/// packs may be read.
struct OutputRun {
  Index first_timestep, timesteps;
  Index place;
  Index c, count;
  float const* values;  // of the first timestep; the next ones are `stride` further each
  Index stride;
};

/// What a forward kernel does with its results: it calls output(run) for each piece of them, and output.finish() at the
/// end of each task. The timesteps of one place and one c come in order, from one task.
///
/// This one writes them to an array [timesteps][places][channels].
struct StoreRows {
  float* y;
  Index places, channels;
  cpu::Destination destination = cpu::Destination::caches;

  /// Of one timestep; past the caches where the array is large.
  static StoreRows once(float* y, Index places, Index channels) { return all(y, 1, places, channels); }
  /// `rows`: over all timesteps.
  static StoreRows all(float* y, Index timesteps, Index rows, Index channels) {
    Index const bytes = rows * channels * Index(sizeof(float));
    return {y, rows / timesteps, channels, cpu::destination<NativePack<float>>(y, channels, bytes)};
  }

  void operator()(OutputRun const& run) const {
    using V = NativePack<float>;
    for (Index t = 0; t < run.timesteps; ++t) {
      float* const to = y + ((run.first_timestep + t) * places + run.place) * channels + run.c;
      float const* const from = run.values + t * run.stride;
      if (destination == cpu::Destination::memory)
        for (Index k = 0; k < run.count; k += V::width) cpu::store_past_caches(to + k, V::load(from + k));
      else
        for (Index k = 0; k < run.count; k += V::width) V::load(from + k).store(to + k, run.count - k);
    }
  }

  void finish() const {
    if (destination == cpu::Destination::memory) cpu::finish_stores_past_caches();
  }
};

}  // namespace tet::conv

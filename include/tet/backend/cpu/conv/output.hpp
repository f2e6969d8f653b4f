// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>
#include <tet/core/pack.hpp>

namespace tet::conv {

/// What a forward kernel does with its results: it calls output(t, place, c, count, values) for outputs c … c + count -
/// 1 of one place at timestep t, where c is a multiple of the pack's width; whole packs may be read. The timesteps of
/// one place and one c come in order, from one task.
///
/// This one writes them to an array [timesteps][places][channels].
struct StoreRows {
  float* y;
  Index places, channels;

  void operator()(Index t, Index place, Index c, Index count, float const* values) const {
    using V = NativePack<float>;
    float* const to = y + (t * places + place) * channels + c;
    for (Index k = 0; k < count; k += V::width) V::load(values + k).store(to + k, count - k);
  }
};

}  // namespace tet::conv

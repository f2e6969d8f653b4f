// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/batch_norm.hpp>
#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/load.hpp>
#include <tet/backend/cpu/partition.hpp>

#include <algorithm>

namespace tet {

/// y[f] = a[f] + b[f] over frames of [pixels, C]; an operand of one frame is added to every frame of y.
template <class Loops, class KindA, class KindB, class Scalar>
void add(BasicCpu<Loops>& exec, Activation<KindA, Scalar> a, Activation<KindB, Scalar> b,
         Activation<Analog, Scalar> y) {
  constexpr int width = native_width<Scalar>;
  cpu::for_each_pack<width>(exec, y.pixels, y.channels, [&](Index p, Index c, Index count) {
    Index const pa = a.pixels == y.pixels ? p : p % a.pixels, pb = b.pixels == y.pixels ? p : p % b.pixels;
    (cpu::load<width>(a, pa, c, count) + cpu::load<width>(b, pb, c, count)).store(y.pixel(p) + c, count);
  });
}

/// to[i] = from[i].
template <class Loops, class Scalar>
void copy(BasicCpu<Loops>& exec, Index count, Scalar const* from, Scalar* to) {
  cpu::Partition const partition(count, 4096);
  exec.parallel_for(partition.tasks(), [&](Index task, Index) {
    std::copy(from + partition.begin(task), from + partition.end(task), to + partition.begin(task));
  });
}

/// to[i] += from[i].
template <class Loops, class Scalar>
void accumulate(BasicCpu<Loops>& exec, Index count, Scalar const* from, Scalar* to) {
  cpu::Partition const partition(count, 4096);
  exec.parallel_for(partition.tasks(), [&](Index task, Index) {
    for (Index i = partition.begin(task); i < partition.end(task); ++i) to[i] += from[i];
  });
}

/// to[i] = sum over t of from[t][i]; `to` may be `from`.
template <class Loops, class Scalar>
void sum_over_time(BasicCpu<Loops>& exec, Index timesteps, Index count, Scalar const* from, Scalar* to) {
  cpu::Partition const partition(count, 4096);
  exec.parallel_for(partition.tasks(), [&](Index task, Index) {
    for (Index i = partition.begin(task); i < partition.end(task); ++i) {
      Scalar total = from[i];
      for (Index t = 1; t < timesteps; ++t) total += from[t * count + i];
      to[i] = total;
    }
  });
}

/// Spikes of (H, W, C) pixels become the bits of one (H*W*C) pixel; other kinds need no copy.
template <class Loops, class Scalar>
void flatten_spikes(BasicCpu<Loops>& exec, Activation<Spike, Scalar> x, Activation<Spike, Scalar> y) {
  Index const per_frame = x.pixels / y.pixels;
  exec.parallel_for(y.pixels, [&](Index frame, Index) {
    std::fill_n(y.pixel(frame), y.words_per_pixel(), std::uint64_t(0));
    for (Index p = 0; p < per_frame; ++p)
      for (Index w = 0; w < x.words_per_pixel(); ++w) {
        std::uint64_t const bits = x.pixel(frame * per_frame + p)[w];
        Index const at = p * x.channels + w * 64;
        y.pixel(frame)[at / 64] |= bits << (at % 64);
        if (at % 64 != 0 && at / 64 + 1 < y.words_per_pixel()) y.pixel(frame)[at / 64 + 1] |= bits >> (64 - at % 64);
      }
  });
}

}  // namespace tet

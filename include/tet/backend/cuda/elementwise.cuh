// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/cuda.cuh>
#include <tet/core/activation.hpp>

namespace tet {

namespace gpu {

template <class KindA, class KindB, class Scalar>
struct Add {
  Activation<KindA, Scalar> a;
  Activation<KindB, Scalar> b;
  Activation<Analog, Scalar> y;

  TET_HD void operator()(Index i) const {
    Index const p = i / y.channels, c = i % y.channels;
    Index const pa = a.pixels == y.pixels ? p : p % a.pixels, pb = b.pixels == y.pixels ? p : p % b.pixels;
    y.data[i] = a.value(pa, c) + b.value(pb, c);
  }
};

template <class Scalar>
struct Copy {
  Scalar const* from;
  Scalar* to;
  TET_HD void operator()(Index i) const { to[i] = from[i]; }
};

template <class Scalar>
struct Accumulate {
  Scalar const* from;
  Scalar* to;
  TET_HD void operator()(Index i) const { to[i] += from[i]; }
};

template <class Scalar>
struct SumOverTime {
  Index timesteps, count;
  Scalar const* from;
  Scalar* to;

  TET_HD void operator()(Index i) const {
    Scalar total = from[i];
    for (Index t = 1; t < timesteps; ++t) total += from[t * count + i];
    to[i] = total;
  }
};

/// One word of the flattened bits.
template <class Scalar>
struct FlattenWord {
  Activation<Spike, Scalar> x, y;

  TET_HD void operator()(Index i) const {
    Index const words = y.words_per_pixel(), frame = i / words, first = i % words * 64;
    Index const pixels = x.pixels / y.pixels;
    std::uint64_t word = 0;
    for (Index bit = 0; bit < 64 && first + bit < y.channels; ++bit) {
      Index const p = frame * pixels + (first + bit) / x.channels, c = (first + bit) % x.channels;
      word |= ((x.pixel(p)[c / 64] >> (c % 64)) & 1) << bit;
    }
    y.data[i] = word;
  }
};

}  // namespace gpu

/// y[f] = a[f] + b[f] over frames of [pixels, C]; an operand of one frame is added to every frame of y.
template <class Execution, class KindA, class KindB, class Scalar>
void add(BasicCuda<Execution>& exec, Activation<KindA, Scalar> a, Activation<KindB, Scalar> b,
         Activation<Analog, Scalar> y) {
  exec.for_each(y.pixels * y.channels, gpu::Add<KindA, KindB, Scalar>{a, b, y});
}

/// to[i] = from[i].
template <class Execution, class Scalar>
void copy(BasicCuda<Execution>& exec, Index count, Scalar const* from, Scalar* to) {
  exec.for_each(count, gpu::Copy<Scalar>{from, to});
}

/// to[i] += from[i].
template <class Execution, class Scalar>
void accumulate(BasicCuda<Execution>& exec, Index count, Scalar const* from, Scalar* to) {
  exec.for_each(count, gpu::Accumulate<Scalar>{from, to});
}

/// to[i] = sum over t of from[t][i]; `to` may be `from`.
template <class Execution, class Scalar>
void sum_over_time(BasicCuda<Execution>& exec, Index timesteps, Index count, Scalar const* from, Scalar* to) {
  exec.for_each(count, gpu::SumOverTime<Scalar>{timesteps, count, from, to});
}

/// Spikes of (H, W, C) pixels become the bits of one (H*W*C) pixel; other kinds need no copy.
template <class Execution, class Scalar>
void flatten_spikes(BasicCuda<Execution>& exec, Activation<Spike, Scalar> x, Activation<Spike, Scalar> y) {
  exec.for_each(y.pixels * y.words_per_pixel(), gpu::FlattenWord<Scalar>{x, y});
}

}  // namespace tet

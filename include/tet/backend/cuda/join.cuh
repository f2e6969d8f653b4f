// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/cuda.cuh>
#include <tet/backend/cuda/elementwise.cuh>
#include <tet/backend/cuda/pooling.cuh>
#include <tet/core/activation.hpp>
#include <tet/core/join.hpp>

#include <type_traits>

namespace tet {

namespace gpu {

/// Pixel of an operand that may have one frame for all timesteps.
template <class Kind, class Scalar>
TET_HD inline Index pixel_in(Activation<Kind, Scalar> const& x, Index all, Index pixel) {
  return x.pixels == all ? pixel : pixel % x.pixels;
}

/// One count of a sum.
template <class KindA, class KindB, class OutKind, class Scalar>
struct JoinCounts {
  Activation<KindA, Scalar> a;
  Activation<KindB, Scalar> b;
  Activation<OutKind, Scalar> y;
  int weight_a, weight_b;

  TET_HD void operator()(Index i) const {
    Index const p = i / y.channels, c = i % y.channels;
    y.data[i] = std::uint8_t(weight_a * count_of(a, pixel_in(a, y.pixels, p), c) +
                             weight_b * count_of(b, pixel_in(b, y.pixels, p), c));
  }
};

/// One word of spikes.
template <Join join, class Scalar>
struct JoinWord {
  Activation<Spike, Scalar> a, b, y;

  TET_HD void operator()(Index i) const {
    Index const words = y.words_per_pixel(), p = i / words, w = i % words;
    std::uint64_t const first = a.pixel(pixel_in(a, y.pixels, p))[w], second = b.pixel(pixel_in(b, y.pixels, p))[w];
    y.data[i] = join == Join::logical_and ? first & second : ~first & second;  // unused high bits of b are 0
  }
};

template <Join join, class Scalar>
struct JoinValues {
  Activation<Analog, Scalar> a, b, y;

  TET_HD void operator()(Index i) const {
    Index const p = i / y.channels, c = i % y.channels;
    Scalar const va = a.value(pixel_in(a, y.pixels, p), c), vb = b.value(pixel_in(b, y.pixels, p), c);
    y.data[i] = join == Join::logical_and ? va * vb : (Scalar(1) - va) * vb;
  }
};

template <class Kind, class Scalar>
struct JoinGradient {
  Scalar offset, slope;
  Index pixels;
  Activation<Kind, Scalar> other;
  Scalar const* dy;
  Scalar* dx;

  TET_HD void operator()(Index i) const {
    Index const p = i / other.channels, c = i % other.channels;
    dx[i] = dy[i] * (offset + slope * other.value(pixel_in(other, pixels, p), c));
  }
};

}  // namespace gpu

/// y = g(a, b) of frames of [pixels, C]; an operand of one frame is joined with every frame of y.
template <Join join, class Execution, class KindA, class KindB, class OutKind, class Scalar>
void join_forward(BasicCuda<Execution>& exec, Activation<KindA, Scalar> a, Activation<KindB, Scalar> b,
                  Activation<OutKind, Scalar> y) {
  static_assert(std::is_same_v<OutKind, JoinedKind<join, KindA, KindB>>);
  if constexpr (join == Join::add && std::is_same_v<OutKind, Analog>) {
    add(exec, a, b, y);
  } else if constexpr (join == Join::add) {
    using Sum = SumOfKinds<KindA, KindB>;
    exec.for_each(y.pixels * y.channels,
                  gpu::JoinCounts<KindA, KindB, OutKind, Scalar>{a, b, y, Sum::weight_a, Sum::weight_b});
  } else if constexpr (std::is_same_v<OutKind, Analog>) {
    exec.for_each(y.pixels * y.channels, gpu::JoinValues<join, Scalar>{a, b, y});
  } else {
    exec.for_each(y.pixels * y.words_per_pixel(), gpu::JoinWord<join, Scalar>{a, b, y});
  }
}

/// dx = dy * (offset + slope * other): the gradient of one branch of a join. dx may be dy.
///
/// Shape: dy, dx [pixels, C]; an `other` of one frame serves every frame.
template <class Execution, class Kind, class Scalar>
void join_gradient(BasicCuda<Execution>& exec, JoinFactor factor, Index pixels, Activation<Kind, Scalar> other,
                   Scalar const* dy, Scalar* dx) {
  exec.for_each(pixels * other.channels,
                gpu::JoinGradient<Kind, Scalar>{Scalar(factor.offset), Scalar(factor.slope), pixels, other, dy, dx});
}

}  // namespace tet

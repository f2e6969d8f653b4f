// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/cuda.cuh>
#include <tet/core/activation.hpp>
#include <tet/core/pooling.hpp>

#include <type_traits>

namespace tet {

namespace gpu {

/// What pooling adds up: whole numbers where the output counts, else values.
template <class Scalar>
TET_HD inline int count_of(Activation<Spike, Scalar> const& x, Index p, Index c) {
  return int((x.pixel(p)[c / 64] >> (c % 64)) & 1);
}
template <int Max, int Divisor, class Scalar>
TET_HD inline int count_of(Activation<Graded<Max, Divisor>, Scalar> const& x, Index p, Index c) {
  return x.pixel(p)[c];
}

template <class Kind, class OutKind, class Scalar>
struct PoolForward {
  PoolGeometry g;
  Activation<Kind, Scalar> x;
  Activation<OutKind, Scalar> y;

  TET_HD void operator()(Index i) const {
    Index const out = i / g.channels, c = i % g.channels;
    Index const image = out / (g.out_height() * g.out_width()), row = out / g.out_width() % g.out_height(),
                column = out % g.out_width();
    Index const corner = (image * g.height + row * g.window_height) * g.width + column * g.window_width;
    std::conditional_t<is_graded<OutKind>, int, Scalar> sum = 0;
    for (Index a = 0; a < g.window_height; ++a)
      for (Index b = 0; b < g.window_width; ++b) {
        if constexpr (is_graded<OutKind>) sum += count_of(x, corner + a * g.width + b, c);
        else sum += x.value(corner + a * g.width + b, c);
      }
    if constexpr (is_graded<OutKind>) y.data[i] = std::uint8_t(sum);
    else y.data[i] = sum * (Scalar(1) / Scalar(g.window()));
  }
};

template <class Scalar>
struct PoolBackward {
  PoolGeometry g;
  Scalar const* dy;
  Scalar* dx;

  TET_HD void operator()(Index i) const {
    Index const p = i / g.channels, c = i % g.channels, image = p / (g.height * g.width);
    Index const row = p / g.width % g.height / g.window_height, column = p % g.width / g.window_width;
    bool const inside = row < g.out_height() && column < g.out_width();
    Index const from = (image * g.out_height() + row) * g.out_width() + column;
    dx[i] = inside ? dy[from * g.channels + c] * (Scalar(1) / Scalar(g.window())) : Scalar(0);
  }
};

}  // namespace gpu

/// Mean over windows; counts stay counts (kind Graded) while the output's type says that they fit.
///
/// Shape: x [images, H, W, C], y [images, H / window_height, W / window_width, C].
template <class Execution, class Kind, class OutKind, class Scalar>
void pool_forward(BasicCuda<Execution>& exec, PoolGeometry const& g, Activation<Kind, Scalar> x,
                  Activation<OutKind, Scalar> y) {
  exec.for_each(y.pixels * y.channels, gpu::PoolForward<Kind, OutKind, Scalar>{g, x, y});
}

/// dx = dy / window at each place of a window, 0 at places of no window.
template <class Execution, class Scalar>
void pool_backward(BasicCuda<Execution>& exec, PoolGeometry const& g, Scalar const* dy, Scalar* dx) {
  exec.for_each(g.images * g.height * g.width * g.channels, gpu::PoolBackward<Scalar>{g, dy, dx});
}

}  // namespace tet

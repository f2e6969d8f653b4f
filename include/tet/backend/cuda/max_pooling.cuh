// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/cuda.cuh>
#include <tet/core/activation.hpp>
#include <tet/core/pooling.hpp>

namespace tet {

namespace gpu {

/// Pixel of x that wins a window in channel c: the first of the largest values, in the order of rows, or the first NaN.
template <class Kind, class Scalar>
TET_HD inline Index winner(Activation<Kind, Scalar> const& x, MaxPoolGeometry const& g, PoolWindow const& w,
                           Index image, Index c) {
  Index const first = image * g.height * g.width;
  Index at = first + w.top * g.width + w.left;
  Scalar best = x.value(at, c);
  for (Index a = w.top; a < w.bottom; ++a)
    for (Index b = w.left; b < w.right; ++b) {
      Scalar const value = x.value(first + a * g.width + b, c);
      if (best != best || value <= best) continue;
      best = value;
      at = first + a * g.width + b;
    }
  return at;
}

template <class Kind, class Scalar>
struct MaxPoolForward {
  MaxPoolGeometry g;
  Activation<Kind, Scalar> x, y;

  TET_HD void operator()(Index i) const {
    Index const out = i / g.channels, c = i % g.channels, columns = g.out_width(), rows = g.out_height();
    Index const image = out / (rows * columns);
    y.data[i] = x.pixel(winner(x, g, g.window(out / columns % rows, out % columns), image, c))[c];
  }
};

/// One word of spikes: an OR.
template <class Scalar>
struct MaxPoolWord {
  MaxPoolGeometry g;
  Activation<Spike, Scalar> x, y;

  TET_HD void operator()(Index i) const {
    Index const words = y.words_per_pixel(), out = i / words, columns = g.out_width(), rows = g.out_height();
    Index const first = out / (rows * columns) * g.height * g.width;
    PoolWindow const w = g.window(out / columns % rows, out % columns);
    std::uint64_t word = 0;
    for (Index a = w.top; a < w.bottom; ++a)
      for (Index b = w.left; b < w.right; ++b) word |= x.pixel(first + a * g.width + b)[i % words];
    y.data[i] = word;
  }
};

template <class Kind, class Scalar>
struct MaxPoolBackward {
  MaxPoolGeometry g;
  Activation<Kind, Scalar> x;
  Scalar const* dy;
  Scalar* dx;

  TET_HD void operator()(Index n) const {
    Index const p = n / g.channels, c = n % g.channels, image = p / (g.height * g.width);
    Index const row = p / g.width % g.height, column = p % g.width;
    Index const rows = g.out_height(), columns = g.out_width(), row_end = g.end_over(row),
                column_end = g.end_over(column);
    Scalar total = 0;
    for (Index i = g.first_over(row); i < rows && i < row_end; ++i)
      for (Index j = g.first_over(column); j < columns && j < column_end; ++j)
        if (winner(x, g, g.window(i, j), image, c) == p)
          total += dy[((image * rows + i) * columns + j) * g.channels + c];
    dx[n] = total;
  }
};

}  // namespace gpu

/// Largest value of each window; spikes stay spikes, counts stay counts. A NaN wins.
///
/// Shape: x [images, H, W, C], y [images, out_height, out_width, C].
template <class Execution, class Kind, class Scalar>
void pool_forward(BasicCuda<Execution>& exec, MaxPoolGeometry const& g, Activation<Kind, Scalar> x,
                  Activation<Kind, Scalar> y) {
  exec.for_each(y.pixels * y.channels, gpu::MaxPoolForward<Kind, Scalar>{g, x, y});
}
template <class Execution, class Scalar>
void pool_forward(BasicCuda<Execution>& exec, MaxPoolGeometry const& g, Activation<Spike, Scalar> x,
                  Activation<Spike, Scalar> y) {
  exec.for_each(y.pixels * y.words_per_pixel(), gpu::MaxPoolWord<Scalar>{g, x, y});
}

/// dx = sum of dy over the windows that a place wins: the first of the largest values does, in the order of rows, or the
/// first NaN. Winners are found again from x. dx may be neither x nor dy.
/// Order: of the windows.
template <class Execution, class Kind, class Scalar>
void pool_backward(BasicCuda<Execution>& exec, MaxPoolGeometry const& g, Activation<Kind, Scalar> x, Scalar const* dy,
                   Scalar* dx) {
  exec.for_each(x.pixels * x.channels, gpu::MaxPoolBackward<Kind, Scalar>{g, x, dy, dx});
}

}  // namespace tet

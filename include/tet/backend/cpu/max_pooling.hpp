// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/load.hpp>
#include <tet/backend/cpu/partition.hpp>
#include <tet/core/pooling.hpp>

#include <algorithm>

namespace tet {

namespace cpu {

/// One pixel of y becomes the larger of itself and a pixel of x, per channel.
template <class Scalar>
void raise(Activation<Spike, Scalar> const& x, Index from, Activation<Spike, Scalar> const& y, Index to) {
  for (Index w = 0; w < y.words_per_pixel(); ++w) y.pixel(to)[w] |= x.pixel(from)[w];
}

template <int Max, int Divisor, class Scalar>
void raise(Activation<Graded<Max, Divisor>, Scalar> const& x, Index from,
           Activation<Graded<Max, Divisor>, Scalar> const& y, Index to) {
  std::uint8_t const* const values = x.pixel(from);
  std::uint8_t* const best = y.pixel(to);
  for (Index c = 0; c < y.channels; ++c) best[c] = std::max(best[c], values[c]);
}

/// Where `best` stays: nothing beats it that is not larger, and nothing beats a NaN.
template <class V>
V winner(V best, V value, V if_best, V if_value) {
  return select(best >= best, select(value <= best, if_best, if_value), if_best);
}

template <class Scalar>
void raise(Activation<Analog, Scalar> const& x, Index from, Activation<Analog, Scalar> const& y, Index to) {
  using V = NativePack<Scalar>;
  for (Index c = 0; c < y.channels; c += V::width) {
    Index const count = std::min<Index>(V::width, y.channels - c);
    V const best = V::load(y.pixel(to) + c, count), value = V::load(x.pixel(from) + c, count);
    winner(best, value, best, value).store(y.pixel(to) + c, count);
  }
}

/// Adds dy of one window to its winner's dx, for one pack of channels; only rows begin … end - 1 of the image are written.
template <class Kind, class Scalar>
void add_to_winner(Activation<Kind, Scalar> const& x, MaxPoolGeometry const& g, PoolWindow const& w, Index image,
                   Index begin, Index end, Index c, Scalar const* dy, Scalar* dx) {
  using V = NativePack<Scalar>;
  Index const count = std::min<Index>(V::width, g.channels - c);
  auto const pixel = [&](Index row, Index column) { return (image * g.height + row) * g.width + column; };
  V best = load<V::width>(x, pixel(w.top, w.left), c, count), at(Scalar(0));
  Scalar place = 0;
  for (Index row = w.top; row < w.bottom; ++row)
    for (Index column = w.left; column < w.right; ++column, ++place) {
      V const value = load<V::width>(x, pixel(row, column), c, count);
      at = winner(best, value, at, V(place));
      best = winner(best, value, best, value);
    }
  V const gradient = V::load(dy + c, count);
  for (Index row = std::max(w.top, begin); row < std::min(w.bottom, end); ++row)
    for (Index column = w.left; column < w.right; ++column) {
      V const here(Scalar((row - w.top) * (w.right - w.left) + column - w.left));
      Scalar* const to = dx + pixel(row, column) * g.channels + c;
      (V::load(to, count) + select((at >= here) & (at <= here), gradient, V(Scalar(0)))).store(to, count);
    }
}

}  // namespace cpu

/// Largest value of each window; spikes stay spikes, counts stay counts. A NaN wins.
///
/// Shape: x [images, H, W, C], y [images, out_height, out_width, C].
template <class Loops, class Kind, class Scalar>
void pool_forward(BasicCpu<Loops>& exec, MaxPoolGeometry const& g, Activation<Kind, Scalar> x,
                  Activation<Kind, Scalar> y) {
  cpu::Partition const rows(g.images * g.out_height(), 1);
  Index const elements = x.elements_per_pixel(g.channels);
  exec.parallel_for(rows.tasks(), [&](Index task, Index) {
    for (Index row = rows.begin(task); row < rows.end(task); ++row)
      for (Index j = 0; j < g.out_width(); ++j) {
        PoolWindow const w = g.window(row % g.out_height(), j);
        Index const out = row * g.out_width() + j, first = row / g.out_height() * g.height * g.width;
        std::copy_n(x.pixel(first + w.top * g.width + w.left), elements, y.pixel(out));
        for (Index a = w.top; a < w.bottom; ++a)
          for (Index b = w.left; b < w.right; ++b) cpu::raise(x, first + a * g.width + b, y, out);
      }
  });
}

/// dx = sum of dy over the windows that a place wins: the first of the largest values does, in the order of rows, or the
/// first NaN. Winners are found again from x. dx may be neither x nor dy.
/// Order: of the windows; the same bits for any number of threads.
template <class Loops, class Kind, class Scalar>
void pool_backward(BasicCpu<Loops>& exec, MaxPoolGeometry const& g, Activation<Kind, Scalar> x, Scalar const* dy,
                   Scalar* dx) {
  cpu::Partition const rows(g.images * g.height, 8);  // windows over two tasks' border are searched by both
  exec.parallel_for(rows.tasks(), [&](Index task, Index) {
    Index const frame = g.width * g.channels;
    std::fill(dx + rows.begin(task) * frame, dx + rows.end(task) * frame, Scalar(0));
    for (Index row = rows.begin(task); row < rows.end(task);) {
      Index const image = row / g.height, begin = row % g.height;
      Index const end = std::min(g.height, begin + rows.end(task) - row);
      row += end - begin;
      for (Index i = g.first_over(begin); i < std::min(g.out_height(), g.end_over(end - 1)); ++i)
        for (Index j = 0; j < g.out_width(); ++j) {
          Scalar const* const from = dy + ((image * g.out_height() + i) * g.out_width() + j) * g.channels;
          for (Index c = 0; c < g.channels; c += native_width<Scalar>)
            cpu::add_to_winner(x, g, g.window(i, j), image, begin, end, c, from, dx);
        }
    }
  });
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/load.hpp>
#include <tet/backend/cpu/partition.hpp>
#include <tet/core/pooling.hpp>

#include <cstring>

namespace tet {

namespace cpu {

/// Counts of one window, whose first input pixel is `first`. No byte overflows, by the output's type.
template <class Scalar>
void count_window(Activation<Spike, Scalar> const& x, PoolGeometry const& g, Index first, std::uint8_t* counts) {
  constexpr Index lanes = sizeof(SpikeBytes);
  auto const* const bits = reinterpret_cast<std::uint8_t const*>(x.pixel(first));
  Index const pixel = x.words_per_pixel() * 8, channels = g.channels;
  for (Index c = 0; c < channels; c += lanes) {
    SpikeBytes sum{};
    for (Index a = 0; a < g.window_height; ++a)
      for (Index b = 0; b < g.window_width; ++b) sum = count_bits(sum, bits + (a * g.width + b) * pixel + c / 8);
    if (c + lanes <= channels) std::memcpy(counts + c, &sum, sizeof sum);  // a copy of unknown length would be a call
    else std::memcpy(counts + c, &sum, std::size_t(channels - c));
  }
}

template <int Max, int Divisor, class Scalar>
void count_window(Activation<Graded<Max, Divisor>, Scalar> const& x, PoolGeometry const& g, Index first,
                  std::uint8_t* counts) {
  std::memset(counts, 0, std::size_t(g.channels));
  for (Index a = 0; a < g.window_height; ++a)
    for (Index b = 0; b < g.window_width; ++b) {
      std::uint8_t const* const from = x.pixel(first + a * g.width + b);
      for (Index c = 0; c < g.channels; ++c) counts[c] = std::uint8_t(counts[c] + from[c]);
    }
}

}  // namespace cpu

/// Mean over windows; counts stay counts (kind Graded) while the output's type says that they fit.
///
/// Shape: x [images, H, W, C], y [images, H / window_height, W / window_width, C].
template <class Loops, class Kind, class OutKind, class Scalar>
void pool_forward(BasicCpu<Loops>& exec, PoolGeometry const& g, Activation<Kind, Scalar> x,
                  Activation<OutKind, Scalar> y) {
  constexpr int width = native_width<Scalar>;
  using V = Pack<Scalar, width>;
  cpu::Partition const rows(g.images * g.out_height(), 1);
  exec.parallel_for(rows.tasks(), [&](Index task, Index) {
    for (Index row = rows.begin(task); row < rows.end(task); ++row) {
      Index const image = row / g.out_height(), i = row % g.out_height();
      for (Index j = 0; j < g.out_width(); ++j) {
        Index const out = row * g.out_width() + j;
        auto const in = [&](Index a, Index b) {
          return (image * g.height + i * g.window_height + a) * g.width + j * g.window_width + b;
        };
        if constexpr (is_graded<OutKind>) {
          cpu::count_window(x, g, in(0, 0), y.pixel(out));
        } else {
          V const share(Scalar(1) / Scalar(g.window()));
          for (Index c = 0; c < g.channels; c += width) {
            Index const count = std::min<Index>(width, g.channels - c);
            V total(Scalar(0));
            for (Index a = 0; a < g.window_height; ++a)
              for (Index b = 0; b < g.window_width; ++b) total += cpu::load<width>(x, in(a, b), c, count);
            (total * share).store(y.pixel(out) + c, count);
          }
        }
      }
    }
  });
}

/// dx = dy / window at each place of a window, 0 at places of no window.
template <class Loops, class Scalar>
void pool_backward(BasicCpu<Loops>& exec, PoolGeometry const& g, Scalar const* dy, Scalar* dx) {
  constexpr int width = native_width<Scalar>;
  using V = Pack<Scalar, width>;
  V const share(Scalar(1) / Scalar(g.window()));
  cpu::Partition const rows(g.images * g.height, 1);
  exec.parallel_for(rows.tasks(), [&](Index task, Index) {
    for (Index row = rows.begin(task); row < rows.end(task); ++row) {
      Index const image = row / g.height, i = (row % g.height) / g.window_height;
      for (Index x = 0; x < g.width; ++x) {
        Scalar* const to = dx + (row * g.width + x) * g.channels;
        Index const j = x / g.window_width;
        if (i >= g.out_height() || j >= g.out_width()) {
          std::fill_n(to, g.channels, Scalar(0));
          continue;
        }
        Scalar const* const from = dy + ((image * g.out_height() + i) * g.out_width() + j) * g.channels;
        for (Index c = 0; c < g.channels; c += width) {
          Index const count = std::min<Index>(width, g.channels - c);
          (V::load(from + c, count) * share).store(to + c, count);
        }
      }
    }
  });
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/config.hpp>
#include <tet/core/activation.hpp>
#include <tet/core/convolution.hpp>
#include <tet/core/pack.hpp>

#include <algorithm>
#include <type_traits>

namespace tet::conv {

/// Convolution passes as plain loops over the innermost channels: any kind, any scalar, any geometry. What double uses,
/// where exactness matters and speed does not.

/// Order: per output, taps in order, then input channels in order.
template <class Loops, class Kind, class Scalar>
void plain_forward(BasicCpu<Loops>& exec, ConvGeometry const& g, Activation<Kind, Scalar> x, Scalar const* weight,
                   Scalar const* bias, Scalar* y) {
  Index const oh = g.out_height(), ow = g.out_width(), out = g.out_channels;
  exec.parallel_for(g.images * oh, [&](Index row, Index) {
    Index const n = row / oh, i = row % oh;
    for (Index j = 0; j < ow; ++j) {
      Scalar* TET_RESTRICT const acc = y + (row * ow + j) * out;
      for (Index o = 0; o < out; ++o) acc[o] = bias != nullptr ? bias[o] : Scalar(0);
      for (Index p = 0; p < g.kernel; ++p)
        for (Index q = 0; q < g.kernel; ++q) {
          Index const r = i * g.stride + p - g.padding, s = j * g.stride + q - g.padding;
          if (r < 0 || r >= g.height || s < 0 || s >= g.width) continue;
          Index const pixel = (n * g.height + r) * g.width + s;
          Scalar const* w = weight + (p * g.kernel + q) * g.in_channels * out;
          for (Index c = 0; c < g.in_channels; ++c, w += out) {
            Scalar const v = x.value(pixel, c);
            if (!std::is_same_v<Kind, Analog> && v == Scalar(0)) continue;
            for (Index o = 0; o < out; ++o) acc[o] += v * w[o];
          }
        }
    }
  });
}

/// Order: per input, taps in order; over output channels by pack, then its lanes.
template <class Loops, class Scalar>
void plain_input_gradient(BasicCpu<Loops>& exec, ConvGeometry const& g, Scalar const* weight, Scalar const* dy,
                          Scalar* dx) {
  using V = NativePack<Scalar>;
  Index const oh = g.out_height(), ow = g.out_width(), in = g.in_channels, out = g.out_channels;
  exec.parallel_for(g.images * g.height, [&](Index row, Index) {
    Index const n = row / g.height, r = row % g.height;
    for (Index s = 0; s < g.width; ++s) {
      Scalar* const acc = dx + (row * g.width + s) * in;
      std::fill(acc, acc + in, Scalar(0));
      for (Index p = 0; p < g.kernel; ++p)
        for (Index q = 0; q < g.kernel; ++q) {
          Index const a = r + g.padding - p, b = s + g.padding - q;
          if (a < 0 || b < 0 || a % g.stride != 0 || b % g.stride != 0 || a / g.stride >= oh || b / g.stride >= ow)
            continue;
          Scalar const* const d = dy + ((n * oh + a / g.stride) * ow + b / g.stride) * out;
          Scalar const* w = weight + (p * g.kernel + q) * in * out;
          for (Index c = 0; c < in; ++c, w += out) {
            V lanes(Scalar(0));
            Index o = 0;
            for (; o + V::width <= out; o += V::width) lanes += V::load(d + o) * V::load(w + o);
            Scalar total = sum(lanes);
            for (; o < out; ++o) total += d[o] * w[o];
            acc[c] += total;
          }
        }
    }
  });
}

/// Order: per weight, output pixels of all images in order.
template <class Loops, class Kind, class Scalar>
void plain_weight_gradient(BasicCpu<Loops>& exec, ConvGeometry const& g, Activation<Kind, Scalar> x, Scalar const* dy,
                           Scalar* dweight) {
  constexpr Index block = 16;
  Index const oh = g.out_height(), ow = g.out_width(), in = g.in_channels, out = g.out_channels;
  Index const blocks = ceil_div(in, block);
  exec.parallel_for(g.kernel * g.kernel * blocks, [&](Index task, Index) {
    Index const tap = task / blocks, p = tap / g.kernel, q = tap % g.kernel;
    Index const c0 = task % blocks * block, c1 = std::min(in, c0 + block);
    Scalar* const dw = dweight + tap * in * out;
    std::fill(dw + c0 * out, dw + c1 * out, Scalar(0));
    for (Index n = 0; n < g.images; ++n)
      for (Index i = 0; i < oh; ++i)
        for (Index j = 0; j < ow; ++j) {
          Index const r = i * g.stride + p - g.padding, s = j * g.stride + q - g.padding;
          if (r < 0 || r >= g.height || s < 0 || s >= g.width) continue;
          Index const pixel = (n * g.height + r) * g.width + s;
          Scalar const* TET_RESTRICT const d = dy + ((n * oh + i) * ow + j) * out;
          for (Index c = c0; c < c1; ++c) {
            Scalar const v = x.value(pixel, c);
            if (!std::is_same_v<Kind, Analog> && v == Scalar(0)) continue;
            Scalar* TET_RESTRICT const row = dw + c * out;
            for (Index o = 0; o < out; ++o) row[o] += v * d[o];
          }
        }
  });
}

}  // namespace tet::conv

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/config.hpp>
#include <tet/core/convolution.hpp>

#include <algorithm>

namespace tet::conv {

/// Number of parts into which the pixels are cut: a function of sizes only.
constexpr Index bias_gradient_parts(ConvGeometry const& g) {
  return std::clamp<Index>(g.images * g.out_pixels() * g.out_channels / 65536, 1, 64);
}

template <class Scalar>
constexpr Index bias_gradient_workspace(ConvGeometry const& g) {
  return bias_gradient_parts(g) * g.out_channels * Index(sizeof(Scalar));
}

/// dbias[o] = sum of dy over images and pixels.
///
/// Order: pixels in order within each of a fixed number of parts, then the parts in order; the same bits for any number
///        of threads.
template <class Loops, class Scalar>
void bias_gradient(BasicCpu<Loops>& exec, ConvGeometry const& g, Scalar const* dy, Scalar* dbias, Scalar* partial) {
  Index const pixels = g.images * g.out_pixels(), out = g.out_channels, parts = bias_gradient_parts(g);
  exec.parallel_for(parts, [&](Index part, Index) {
    Scalar* TET_RESTRICT const acc = partial + part * out;
    std::fill(acc, acc + out, Scalar(0));
    for (Index p = pixels * part / parts; p < pixels * (part + 1) / parts; ++p) {
      Scalar const* TET_RESTRICT const d = dy + p * out;
      for (Index o = 0; o < out; ++o) acc[o] += d[o];
    }
  });
  std::copy(partial, partial + out, dbias);
  for (Index part = 1; part < parts; ++part)
    for (Index o = 0; o < out; ++o) dbias[o] += partial[part * out + o];
}

}  // namespace tet::conv

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/partition.hpp>
#include <tet/core/activation.hpp>
#include <tet/core/convolution.hpp>

#include <algorithm>
#include <bit>

namespace tet {

namespace cpu {

template <class Scalar>
Index active_in_pixel(Activation<Spike, Scalar> const& x, Index pixel) {
  Index active = 0;
  for (Index w = 0; w < x.words_per_pixel(); ++w) active += std::popcount(x.pixel(pixel)[w]);
  return active;
}

template <class Kind, class Scalar>
Index active_in_pixel(Activation<Kind, Scalar> const& x, Index pixel) {
  auto const* const values = x.pixel(pixel);
  return x.channels - std::count(values, values + x.channels, typename Activation<Kind, Scalar>::Element(0));
}

/// Sum over pixels of weight(pixel) times its number of active values.
template <class Loops, class Kind, class Scalar, class Weight>
double weighted_active(BasicCpu<Loops>& exec, Activation<Kind, Scalar> const& x, Weight const& weight) {
  Partition const partition(x.pixels, 64);
  double sums[Partition::most] = {};
  exec.parallel_for(partition.tasks(), [&](Index task, Index) {
    double sum = 0;
    for (Index p = partition.begin(task); p < partition.end(task); ++p)
      sum += weight(p) * double(active_in_pixel(x, p));
    sums[task] = sum;
  });
  double total = 0;
  for (Index task = 0; task < partition.tasks(); ++task) total += sums[task];
  return total;
}

}  // namespace cpu

/// Number of values that are not 0 (spikes of a spiking signal).
template <class Loops, class Kind, class Scalar>
double count_active(BasicCpu<Loops>& exec, Activation<Kind, Scalar> x) {
  return cpu::weighted_active(exec, x, [](Index) { return 1.0; });
}

/// Synaptic operations of a convolution: one for each active input and each output that it reaches, borders counted
/// exactly.
template <class Loops, class Kind, class Scalar>
double count_synaptic_operations(BasicCpu<Loops>& exec, ConvGeometry const& g, Activation<Kind, Scalar> x) {
  return cpu::weighted_active(exec, x, [&](Index pixel) { return double(g.reached_from(pixel % g.in_pixels())); });
}

}  // namespace tet

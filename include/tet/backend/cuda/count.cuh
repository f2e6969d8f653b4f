// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/cuda.cuh>
#include <tet/core/activation.hpp>
#include <tet/core/convolution.hpp>

#include <thrust/iterator/counting_iterator.h>
#include <thrust/transform_reduce.h>

namespace tet {

namespace gpu {

/// Number of active channels of one pixel, times what the pixel weighs.
template <class Kind, class Scalar>
struct ActiveInPixel {
  Activation<Kind, Scalar> x;
  ConvGeometry g;  // of no images: every pixel weighs 1

  TET_HD double operator()(Index p) const {
    Index active = 0;
    for (Index c = 0; c < x.channels; ++c) active += x.value(p, c) != Scalar(0) ? 1 : 0;
    return double(g.images == 0 ? active : active * g.reached_from(p % g.in_pixels()));
  }
};

struct Plus {
  TET_HD double operator()(double a, double b) const { return a + b; }
};

/// Whole numbers below 2^53: exact in any order.
template <class Execution, class Kind, class Scalar>
double count_pixels(BasicCuda<Execution>& exec, Activation<Kind, Scalar> x, ConvGeometry const& g) {
  thrust::counting_iterator<Index> const first(0);
  return thrust::transform_reduce(exec.execution().policy(), first, first + x.pixels, ActiveInPixel<Kind, Scalar>{x, g},
                                  0.0, Plus{});
}

}  // namespace gpu

/// Number of values that are not 0 (spikes of a spiking signal). Waits for the device.
template <class Execution, class Kind, class Scalar>
double count_active(BasicCuda<Execution>& exec, Activation<Kind, Scalar> x) {
  return gpu::count_pixels(exec, x, {});
}

/// Synaptic operations of a convolution: one for each active input and each output that it reaches, borders counted
/// exactly. Waits for the device.
template <class Execution, class Kind, class Scalar>
double count_synaptic_operations(BasicCuda<Execution>& exec, ConvGeometry const& g, Activation<Kind, Scalar> x) {
  return gpu::count_pixels(exec, x, g);
}

}  // namespace tet

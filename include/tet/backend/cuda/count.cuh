// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/channel_sums.cuh>
#include <tet/backend/cuda/cuda.cuh>
#include <tet/core/activation.hpp>
#include <tet/core/convolution.hpp>
#include <tet/core/storage.hpp>

namespace tet {

namespace gpu {

/// Number of active values of one channel at some pixels, times what each pixel weighs.
template <class Kind, class Scalar>
struct ActiveInChannel {
  Activation<Kind, Scalar> x;
  ConvGeometry g;  // of no images: every pixel weighs 1

  TET_HD Values<double, 1> operator()(Index first, Index end, Index c) const {
    Index sum = 0;
    for (Index p = first; p < end; ++p)
      if (x.value(p, c) != Scalar(0)) sum += g.images == 0 ? 1 : g.reached_from(p % g.in_pixels());
    return {{double(sum)}};
  }
};

/// Whole numbers below 2^53: exact in any order. Thrust's transform_reduce in this place took nvcc longer than all other
/// element-wise primitives together (46 s of 76 s).
template <class Execution, class Kind, class Scalar>
double count_values(BasicCuda<Execution>& exec, Activation<Kind, Scalar> x, ConvGeometry const& g) {
  using Term = ActiveInChannel<Kind, Scalar>;
  ChannelChunks const cut{x.pixels, x.channels};
  SumTree const tree{cut.chunks() * x.channels, 1};
  Storage<BasicCuda<Execution>, double> sums(tree.bytes() / Index(sizeof(double)));
  exec.for_each(tree.rows, SumChunk<Term, 1>{{x, g}, x.pixels, x.channels, cut.chunk_pixels(), sums.data()});
  double sum = 0;
  exec.execution().read(&sum, add_rows(exec, tree, sums.data()), sizeof sum);
  return sum;
}

}  // namespace gpu

/// Number of values that are not 0 (spikes of a spiking signal). Waits for the device.
template <class Execution, class Kind, class Scalar>
double count_active(BasicCuda<Execution>& exec, Activation<Kind, Scalar> x) {
  return gpu::count_values(exec, x, {});
}

/// Of a convolution's input; no pass of this backend adds fewer.
template <class Execution, class Kind, class Scalar>
double count_added(BasicCuda<Execution>& exec, ConvGeometry const&, Activation<Kind, Scalar> x) {
  return count_active(exec, x);
}

/// Synaptic operations of a convolution: one for each active input and each output that it reaches, borders counted
/// exactly. Waits for the device.
template <class Execution, class Kind, class Scalar>
double count_synaptic_operations(BasicCuda<Execution>& exec, ConvGeometry const& g, Activation<Kind, Scalar> x) {
  return gpu::count_values(exec, x, g);
}

}  // namespace tet

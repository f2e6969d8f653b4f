// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/activation.hpp>

#include <cstdint>

namespace tet::gpu {

/// Stores what neuron c of a pixel gives, called from BasicCuda::for_each_neuron for all channels up to a whole word.
///
/// On a device the 32 lanes of a warp hold 32 neighbouring channels and vote on half a word; on the host one thread has all
/// channels of a pixel.
template <class Scalar>
TET_HD inline void store_output(Activation<Spike, Scalar> const& s, Index pixel, Index c, Scalar value) {
#if defined(__CUDA_ARCH__)
  unsigned const bits = __ballot_sync(0xFFFFFFFFu, value > Scalar(0));
  if (c % 32 == 0) reinterpret_cast<std::uint32_t*>(s.pixel(pixel))[c / 32] = bits;
#else
  std::uint64_t const bit = std::uint64_t(1) << (c % 64);
  std::uint64_t& word = s.pixel(pixel)[c / 64];
  word = value > Scalar(0) ? word | bit : word & ~bit;
#endif
}

template <class Scalar>
TET_HD inline void store_output(Activation<Analog, Scalar> const& s, Index pixel, Index c, Scalar value) {
  if (c < s.channels) s.pixel(pixel)[c] = value;
}

}  // namespace tet::gpu

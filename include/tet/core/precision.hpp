// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/convolution.hpp>

#include <cstddef>
#include <cstdint>

namespace tet {

/// How an inference engine keeps weights: as they were trained, with BatchNorm folded in.
struct Float32 {
  static constexpr char const* name = "float32";
};

/// As whole numbers of 8 bits times one scale for each output channel: weight = scale[o] * q, q in -127…127.
struct Int8 {
  static constexpr char const* name = "int8";
};

/// Values of one layer's synapses on their way into an engine. Shape: weight [kernel][kernel][in][out], scale, bias
/// [out].
template <class Precision>
struct SynapseValues;

template <>
struct SynapseValues<Float32> {
  float const* weight;
  float const* bias;
};

template <>
struct SynapseValues<Int8> {
  std::int8_t const* weight;
  float const* scale;
  float const* bias;
};

/// Synapses whose weights never change, packed once for the kernels that will read them. Kind is that of their input.
template <class Kind, class Precision>
struct FrozenSynapses {
  ConvGeometry layer;   ///< of the largest call: images [timesteps][batch], its own timesteps are not used
  Index timesteps = 1;  ///< of the largest call
  std::byte* packed = nullptr;
  Index bytes = 0;  ///< of packed

  /// Of a call.
  constexpr ConvGeometry geometry(Index images, Index call_timesteps) const {
    ConvGeometry g = layer;
    g.images = images;
    g.timesteps = call_timesteps;
    return g;
  }
};

}  // namespace tet

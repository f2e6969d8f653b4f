// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/bits.hpp>
#include <tet/core/activation.hpp>
#include <tet/core/pack.hpp>

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace tet::conv {

/// Channels c … c + width - 1 of a pixel as numbers; c is a multiple of the width, channels past the end are 0.
template <class Kind>
[[gnu::always_inline]] inline NativePack<float> load_channels(Activation<Kind, float> x, Index pixel, Index c) {
  using V = NativePack<float>;
  if constexpr (std::is_same_v<Kind, Analog>) {
    return V::load(x.pixel(pixel) + c, x.channels - c);
  } else if constexpr (std::is_same_v<Kind, Spike>) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, reinterpret_cast<std::uint8_t const*>(x.pixel(pixel)) + c / 8, V::width / 8);
    return cpu::bits_to_pack<float, V::width>(bits);
  } else {
    typedef std::uint8_t Bytes __attribute__((vector_size(V::width)));
    typedef std::int32_t Lanes __attribute__((vector_size(V::width * sizeof(std::int32_t))));
    Bytes counts{};
    if (c + V::width <= x.channels) std::memcpy(&counts, x.pixel(pixel) + c, sizeof counts);
    else std::memcpy(&counts, x.pixel(pixel) + c, std::size_t(x.channels - c));
    return V::from(__builtin_convertvector(counts, Lanes)) * V(Activation<Kind, float>::scale);
  }
}

/// All channels of a pixel as numbers.
template <class Kind>
void expand(Activation<Kind, float> x, Index pixel, float* to) {
  if constexpr (std::is_same_v<Kind, Analog>) {
    std::memcpy(to, x.pixel(pixel), std::size_t(x.channels) * sizeof(float));
  } else {
    for (Index c = 0; c < x.channels; c += NativePack<float>::width)
      load_channels(x, pixel, c).store(to + c, x.channels - c);
  }
}

}  // namespace tet::conv

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/bits.hpp>
#include <tet/core/activation.hpp>
#include <tet/core/pack.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace tet::conv {

namespace detail {

using Float8 = Pack<float, 8>;
typedef std::int32_t Int8 __attribute__((vector_size(32)));
typedef std::uint8_t Byte8 __attribute__((vector_size(8)));

inline Float8 lanes_of(std::uint8_t bits) {
  Int8 const set = (Int8{} + int(bits)) & Int8{1, 2, 4, 8, 16, 32, 64, 128};
  Int8 const one = (set != 0) & 0x3F800000;  // the bits of 1.0f
  Float8 v;
  std::memcpy(&v, &one, sizeof v);
  return v;
}

inline Float8 lanes_of(std::uint8_t const* counts, float scale) {
  Byte8 b;
  std::memcpy(&b, counts, sizeof b);
  return Float8::from(__builtin_convertvector(b, Int8)) * Float8(scale);
}

template <class Kind>
Float8 load_8(Activation<Kind, float> x, Index pixel, Index c) {
  if constexpr (std::is_same_v<Kind, Spike>) {
    return lanes_of(reinterpret_cast<std::uint8_t const*>(x.pixel(pixel))[c / 8]);
  } else {
    typename Activation<Kind, float>::Element rest[8] = {};
    auto const* from = x.pixel(pixel) + c;
    if (c + 8 > x.channels) {
      std::copy(from, from + (x.channels - c), rest);
      from = rest;
    }
    if constexpr (std::is_same_v<Kind, Analog>) return Float8::load(from);
    else return lanes_of(from, Activation<Kind, float>::scale);
  }
}

}  // namespace detail

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
    for (Index c = 0; c < x.channels; c += 8) detail::load_8(x, pixel, c).store(to + c, x.channels - c);
  }
}

}  // namespace tet::conv

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/values.hpp>

#include <cstdint>

namespace tet::gpu {

/// The upper half of a float, rounded to nearest, ties to even. Only storage: arithmetic is float's.
struct BFloat16 {
  std::uint16_t bits;

  BFloat16() = default;
  TET_HD explicit BFloat16(float value) {
    auto const word = bits_as<std::uint32_t>(value);
    bool const is_nan = (word & 0x7FFFFFFFu) > 0x7F800000u;  // rounding could make an infinity of it
    bits = std::uint16_t(is_nan ? 0x7FC0u : (word + 0x7FFFu + ((word >> 16) & 1u)) >> 16);
  }
  TET_HD explicit operator float() const { return bits_as<float>(std::uint32_t(bits) << 16); }
};

/// to[i] = from[i], rounded.
template <class From, class To>
struct Convert {
  From const* from;
  To* to;
  TET_HD void operator()(std::ptrdiff_t i) const { to[i] = To(from[i]); }
};

}  // namespace tet::gpu

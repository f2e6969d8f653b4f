// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>

namespace tet::io {

/// Value of an IEEE 754 binary16 number (1 sign, 5 exponent, 10 fraction bits). Exact: every one is a float.
constexpr float float_from_f16(std::uint16_t bits) {
  std::uint32_t const sign = std::uint32_t(bits & 0x8000) << 16;
  std::uint32_t const exponent = (bits >> 10) & 0x1F;
  std::uint32_t const fraction = bits & 0x3FF;
  if (exponent == 0x1F) return std::bit_cast<float>(sign | 0x7F800000u | fraction << 13);  // infinity, NaN
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 127 - 15) << 23 | fraction << 13);
  float const magnitude = float(fraction) * 0x1p-24f;  // zero and subnormals are multiples of 2^-24
  return sign != 0 ? -magnitude : magnitude;
}

/// Value of a bfloat16 number: the upper half of a float.
constexpr float float_from_bf16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t(bits) << 16); }

static_assert(float_from_f16(0x3C00) == 1.0f && float_from_f16(0xC000) == -2.0f && float_from_f16(0x0001) == 0x1p-24f);
static_assert(float_from_bf16(0x3F80) == 1.0f);

}  // namespace tet::io

// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tet {

/// CRC-32C (Castagnoli) of bytes.
///
/// Source: RFC 3720, section 12.1; check value of "123456789": E3069283.
constexpr std::uint32_t crc32c(std::span<std::byte const> bytes) {
  constexpr std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> t{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t c = i;
      for (int k = 0; k < 8; ++k) c = (c & 1) != 0 ? 0x82F63B78u ^ (c >> 1) : c >> 1;
      t[i] = c;
    }
    return t;
  }();
  std::uint32_t state = ~0u;
  for (std::byte const b : bytes) state = table[(state ^ std::uint32_t(b)) & 0xFF] ^ (state >> 8);
  return ~state;
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tet {

/// CRC-64/XZ of a byte stream, fed in pieces.
///
/// Source: ECMA-182 polynomial, reflected, as in the .xz file format, section 6. Check value of "123456789":
///         995DC9BBDF1939FA.
class Crc64 {
 public:
  constexpr void update(std::span<std::byte const> bytes) {
    for (std::byte const b : bytes) state_ = table[(state_ ^ std::uint64_t(b)) & 0xFF] ^ (state_ >> 8);
  }
  constexpr std::uint64_t value() const { return ~state_; }

 private:
  static constexpr std::array<std::uint64_t, 256> table = [] {
    std::array<std::uint64_t, 256> t{};
    for (std::uint64_t i = 0; i < 256; ++i) {
      std::uint64_t c = i;
      for (int k = 0; k < 8; ++k) c = c & 1 ? 0xC96C5795D7870F42ull ^ (c >> 1) : c >> 1;
      t[i] = c;
    }
    return t;
  }();

  std::uint64_t state_ = ~0ull;
};

}  // namespace tet

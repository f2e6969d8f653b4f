// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/bits.hpp>
#include <tet/core/activation.hpp>
#include <tet/core/index.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace tet::conv {

/// Winograd's F(4x4, 3x3) in whole numbers, line by line: the matrices of the points 0, ±1, ±2 with G's rows and A^T's
/// columns scaled to whole numbers, so that A^T [ (G w G^T) * (B^T d B) ] A is 576, 288 … 36 times the outputs.
struct WinogradInt16Lines {
  static constexpr int edge = 4, patch = 6, planes = patch * patch;

  /// B^T of six inputs. Both ways: at most 100 times the largest input.
  template <class V>
  [[gnu::always_inline]] static void source(V const (&d)[patch], V (&t)[patch]) {
    V const a = d[4] - (d[2] << 2), b = d[3] - (d[1] << 2), e = d[4] - d[2], f = d[3] - d[1];
    t[0] = ((d[0] - d[2]) << 2) + e;
    t[1] = a + b;
    t[2] = a - b;
    t[3] = e + (f << 1);
    t[4] = e - (f << 1);
    t[5] = d[5] - d[3] - (f << 2);
  }

  /// G of three weights, times 24, -6, -6, 24, 24, 6. Both ways: at most 49 times the largest weight.
  template <class V>
  [[gnu::always_inline]] static void weights(V const (&w)[3], V (&t)[patch]) {
    V const a = w[0] + w[2], b = w[0] + (w[2] << 2), c = w[1] << 1;
    t[0] = w[0] * 6;
    t[1] = a + w[1];
    t[2] = a - w[1];
    t[3] = b + c;
    t[4] = b - c;
    t[5] = w[2] * 6;
  }

  /// A^T of six products of such lines: 24, 12, 6 and 6 times the outputs. Unsigned, since it wraps.
  template <class V>
  [[gnu::always_inline]] static void product(V const (&m)[patch], V (&t)[edge]) {
    V const p = m[1] + m[2], q = m[1] - m[2], r = m[3] + m[4], s = m[3] - m[4];
    t[0] = m[0] - (p << 2) + r;
    t[1] = s - (q << 1);
    t[2] = r - p;
    t[3] = (s << 1) - q + m[5];
  }

  /// The output from its multiple, position (i, j) of a patch: both in 32 bits, so it has to be below 2^25.
  template <class Whole, class V>
  [[gnu::always_inline]] static Whole output(V multiple, int i, int j) {
    constexpr std::uint32_t ninth = 0x38E38E39;  // 9 * ninth = 1 modulo 2^32
    constexpr int twos[edge] = {3, 2, 1, 1};
    return Whole(multiple * ninth) >> (twos[i] + twos[j]);
  }
  static constexpr std::int64_t outputs_below = 1 << 25;
};

/// Channels c … of a pixel in lanes of 16 bits; c is a multiple of their number. Lanes past the last channel are 0.
template <class Shorts, class Kind>
[[gnu::always_inline]] inline Shorts load_shorts(Activation<Kind, float> x, Index pixel, Index c) {
  constexpr Index lanes = sizeof(Shorts) / 2;
  if constexpr (std::is_same_v<Kind, Spike>) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, reinterpret_cast<std::uint8_t const*>(x.pixel(pixel)) + c / 8, lanes / 8);
    return cpu::bits_to_shorts<Shorts>(bits);
  } else {
    typedef std::uint8_t Bytes __attribute__((vector_size(lanes)));
    Bytes bytes{};
    if (c + lanes <= x.channels) std::memcpy(&bytes, x.pixel(pixel) + c, sizeof bytes);
    else std::memcpy(&bytes, x.pixel(pixel) + c, std::size_t(x.channels - c));
    return __builtin_convertvector(bytes, Shorts);
  }
}

}  // namespace tet::conv

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>
#include <tet/core/pack.hpp>

#include <cstdint>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace tet::conv {

/// Sums of products of unsigned bytes (inputs) with signed ones (weights): four products to each 32 bits of a vector.
///
/// `add` may keep two sums of 16 bits for them, of two products each: most_input says up to which input one addition
/// to 0 stays inside, further ones are the caller's care. `whole` makes sums of 32 bits of them.
struct PortableByteProducts {
  static constexpr Index bytes = native_width<float> * Index(sizeof(float));
  typedef std::int8_t Bytes __attribute__((vector_size(bytes)));
  typedef std::int16_t Sums __attribute__((vector_size(bytes)));
  typedef std::int32_t Whole __attribute__((vector_size(bytes)));
  static constexpr bool sums_have_16_bits = true;
  static constexpr int most_input = 32767 / (2 * 127);

  /// Four inputs, over and over.
  [[gnu::always_inline]] static Bytes repeat(std::uint8_t const* inputs) {
    std::int32_t four;
    std::memcpy(&four, inputs, sizeof four);
    return Bytes(Whole{} + four);
  }

  [[gnu::always_inline]] static Sums add(Sums sums, Bytes x, Bytes w) {
    typedef std::uint16_t Pairs __attribute__((vector_size(bytes)));
    Sums const low = Sums(Pairs(w) << 8) >> 8, high = Sums(w) >> 8;
    return sums + Sums(Pairs(x) & 0xFF) * low + Sums(Pairs(x) >> 8) * high;
  }

  [[gnu::always_inline]] static Whole whole(Sums sums) {
    typedef std::uint32_t Fours __attribute__((vector_size(bytes)));
    return (Whole(Fours(sums) << 16) >> 16) + (Whole(sums) >> 16);
  }
};

// Instructions, each with the portable twin above.
#if defined(__AVX512F__) && defined(__AVX512VNNI__)

struct ByteProducts : PortableByteProducts {
  using Sums = Whole;
  static constexpr bool sums_have_16_bits = false;
  static constexpr int most_input = 255;

  [[gnu::always_inline]] static Sums add(Sums sums, Bytes x, Bytes w) {
    return Sums(_mm512_dpbusd_epi32(__m512i(sums), __m512i(x), __m512i(w)));
  }
  [[gnu::always_inline]] static Whole whole(Sums sums) { return sums; }
};

#elif defined(__AVX512BW__)

struct ByteProducts : PortableByteProducts {
  [[gnu::always_inline]] static Sums add(Sums sums, Bytes x, Bytes w) {
    return sums + Sums(_mm512_maddubs_epi16(__m512i(x), __m512i(w)));
  }
  [[gnu::always_inline]] static Whole whole(Sums sums) {
    return Whole(_mm512_madd_epi16(__m512i(sums), _mm512_set1_epi16(1)));
  }
};

#elif defined(__AVXVNNI__) && !defined(__AVX512F__)

struct ByteProducts : PortableByteProducts {
  using Sums = Whole;
  static constexpr bool sums_have_16_bits = false;
  static constexpr int most_input = 255;

  [[gnu::always_inline]] static Sums add(Sums sums, Bytes x, Bytes w) {
    return Sums(_mm256_dpbusd_avx_epi32(__m256i(sums), __m256i(x), __m256i(w)));
  }
  [[gnu::always_inline]] static Whole whole(Sums sums) { return sums; }
};

#elif defined(__AVX2__) && !defined(__AVX512F__)

struct ByteProducts : PortableByteProducts {
  [[gnu::always_inline]] static Sums add(Sums sums, Bytes x, Bytes w) {
    return sums + Sums(_mm256_maddubs_epi16(__m256i(x), __m256i(w)));
  }
  [[gnu::always_inline]] static Whole whole(Sums sums) {
    return Whole(_mm256_madd_epi16(__m256i(sums), _mm256_set1_epi16(1)));
  }
};

#else

using ByteProducts = PortableByteProducts;

#endif

}  // namespace tet::conv

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/load_once.hpp>
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

/// Sums of 16 bits of one vector of outputs, to which two rows of weights are added at once: factor 0 times row a plus
/// factor 1 times row b. That sum and the total have to fit, no more.
struct PortableRowSums {
  static constexpr Index outputs = PortableByteProducts::bytes;
  typedef std::int8_t Byte8 __attribute__((vector_size(8)));
  typedef std::int16_t Short8 __attribute__((vector_size(16)));
  using Factors = std::uint16_t;

  Short8 part[outputs / 8];

  /// Where a row keeps the weight of an output.
  static constexpr Index position(Index output) { return output; }

  /// factor 0 is the low byte.
  [[gnu::always_inline]] static Factors factors(std::uint16_t two) { return two; }

  [[gnu::always_inline]] void clear() {
    for (Short8& p : part) p = Short8{};
  }
  [[gnu::always_inline]] void add(std::int8_t const* a, std::int8_t const* b, Factors f) {
    for (Index i = 0; i < outputs / 8; ++i) {
      Byte8 x, y;
      std::memcpy(&x, a + 8 * i, sizeof x);
      std::memcpy(&y, b + 8 * i, sizeof y);
      part[i] += __builtin_convertvector(x, Short8) * std::int16_t(f & 0xFF) +
                 __builtin_convertvector(y, Short8) * std::int16_t(f >> 8);
    }
  }
  /// In the order of outputs.
  [[gnu::always_inline]] void load(std::int16_t const* from) { std::memcpy(part, from, sizeof part); }
  [[gnu::always_inline]] void store(std::int16_t* to) const { std::memcpy(to, part, sizeof part); }
};

// Instructions, each with its portable twin above.
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

#if defined(__AVX512BW__) || (defined(__AVX2__) && !defined(__AVX512F__))

struct RowSums {
  static constexpr Index outputs = PortableRowSums::outputs;
  using Bytes = PortableByteProducts::Bytes;
  using Sums = PortableByteProducts::Sums;
  using Factors = Bytes;

  Sums low, high;  // the first half of the outputs, the second

  /// Interleaving works on pieces of 16 bytes: each holds 8 outputs of the first half, then 8 of the second.
  static constexpr Index position(Index output) {
    Index const half = output / (outputs / 2), k = output % (outputs / 2);
    return k / 8 * 16 + half * 8 + k % 8;
  }
  [[gnu::always_inline]] static Factors factors(std::uint16_t two) { return Bytes(Sums{} + std::int16_t(two)); }

  [[gnu::always_inline]] void clear() { low = high = Sums{}; }
  [[gnu::always_inline]] void add(std::int8_t const* a, std::int8_t const* b, Factors f) {
    auto const x = cpu::load_once<Bytes>(a), y = cpu::load_once<Bytes>(b);
#if defined(__AVX512BW__)
    low += Sums(_mm512_maddubs_epi16(__m512i(f), _mm512_unpacklo_epi8(__m512i(x), __m512i(y))));
    high += Sums(_mm512_maddubs_epi16(__m512i(f), _mm512_unpackhi_epi8(__m512i(x), __m512i(y))));
#else
    low += Sums(_mm256_maddubs_epi16(__m256i(f), _mm256_unpacklo_epi8(__m256i(x), __m256i(y))));
    high += Sums(_mm256_maddubs_epi16(__m256i(f), _mm256_unpackhi_epi8(__m256i(x), __m256i(y))));
#endif
  }
  [[gnu::always_inline]] void load(std::int16_t const* from) {
    std::memcpy(&low, from, sizeof low);
    std::memcpy(&high, from + outputs / 2, sizeof high);
  }
  [[gnu::always_inline]] void store(std::int16_t* to) const {
    std::memcpy(to, &low, sizeof low);
    std::memcpy(to + outputs / 2, &high, sizeof high);
  }
};

#else

using RowSums = PortableRowSums;

#endif

}  // namespace tet::conv

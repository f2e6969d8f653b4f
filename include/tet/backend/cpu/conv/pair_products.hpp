// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace tet::conv {

/// Sums of products of whole numbers of 16 bits: two products to each 32 bits of a vector. Sums wrap.
///
/// Vectors are as wide as the machine's: GCC 12 takes wider ones apart lane by lane.
struct PortablePairProducts {
#if defined(__AVX512BW__)
  static constexpr Index bytes = 64;
#elif defined(__AVX2__)
  static constexpr Index bytes = 32;
#else
  static constexpr Index bytes = 16;
#endif
  typedef std::int16_t Shorts __attribute__((vector_size(bytes)));
  typedef std::uint32_t Sums __attribute__((vector_size(bytes)));
  typedef std::int32_t Whole __attribute__((vector_size(bytes)));

  /// Two numbers, over and over.
  [[gnu::always_inline]] static Shorts repeat(std::int16_t const* numbers) {
    std::uint32_t two;
    std::memcpy(&two, numbers, sizeof two);
    return Shorts(Sums{} + two);
  }

  [[gnu::always_inline]] static Shorts widen(std::int8_t const* numbers) {
    typedef std::int8_t Bytes __attribute__((vector_size(bytes / 2)));
    Bytes b;
    std::memcpy(&b, numbers, sizeof b);
    return __builtin_convertvector(b, Shorts);
  }

  /// a and b by turns, of the first (`high`: the second) half of each 16 bytes.
  template <bool high>
  [[gnu::always_inline]] static Shorts interleave(Shorts a, Shorts b) {
    constexpr int piece = 8;
    Shorts both{};
    for (int i = 0; i < int(bytes) / 2; ++i) {
      int const from = i / piece * piece + (high ? piece / 2 : 0) + i % piece / 2;
      both[i] = i % 2 == 0 ? a[from] : b[from];
    }
    return both;
  }

  /// The reverse: numbers of 32 bits that fit 16, in the order that interleave<false> and <true> take apart.
  [[gnu::always_inline]] static Shorts narrow(Whole low, Whole high) {
    constexpr int half = 4;
    Shorts both{};
    for (int i = 0; i < int(bytes) / 2; ++i) {
      int const from = i / (2 * half) * half + i % half;
      both[i] = std::int16_t(i / half % 2 == 0 ? low[from] : high[from]);
    }
    return both;
  }

  /// Of neither -2^15 and -2^15 twice.
  [[gnu::always_inline]] static Sums add(Sums sums, Shorts x, Shorts w) {
    Whole const low = (Whole(Sums(x) << 16) >> 16) * (Whole(Sums(w) << 16) >> 16);
    return sums + Sums(low) + Sums((Whole(x) >> 16) * (Whole(w) >> 16));
  }
};

// Instructions, with the portable twin above.
#if defined(__AVX512BW__)

struct PairProducts : PortablePairProducts {
  template <bool high>
  [[gnu::always_inline]] static Shorts interleave(Shorts a, Shorts b) {
    return Shorts(high ? _mm512_unpackhi_epi16(__m512i(a), __m512i(b)) : _mm512_unpacklo_epi16(__m512i(a), __m512i(b)));
  }
  [[gnu::always_inline]] static Shorts narrow(Whole low, Whole high) {
    return Shorts(_mm512_packs_epi32(__m512i(low), __m512i(high)));
  }
  [[gnu::always_inline]] static Shorts widen(std::int8_t const* numbers) {  // GCC 12 does it in halves
    return Shorts(_mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<__m256i const*>(numbers))));
  }
  [[gnu::always_inline]] static Sums add(Sums sums, Shorts x, Shorts w) {
#if defined(__AVX512VNNI__)
    return Sums(_mm512_dpwssd_epi32(__m512i(sums), __m512i(x), __m512i(w)));
#else
    return sums + Sums(_mm512_madd_epi16(__m512i(x), __m512i(w)));
#endif
  }
};

#elif defined(__AVX2__)

struct PairProducts : PortablePairProducts {
  template <bool high>
  [[gnu::always_inline]] static Shorts interleave(Shorts a, Shorts b) {
    return Shorts(high ? _mm256_unpackhi_epi16(__m256i(a), __m256i(b)) : _mm256_unpacklo_epi16(__m256i(a), __m256i(b)));
  }
  [[gnu::always_inline]] static Shorts narrow(Whole low, Whole high) {
    return Shorts(_mm256_packs_epi32(__m256i(low), __m256i(high)));
  }
  [[gnu::always_inline]] static Sums add(Sums sums, Shorts x, Shorts w) {
#if defined(__AVXVNNI__)
    return Sums(_mm256_dpwssd_avx_epi32(__m256i(sums), __m256i(x), __m256i(w)));
#else
    return sums + Sums(_mm256_madd_epi16(__m256i(x), __m256i(w)));
#endif
  }
};

#elif defined(__SSE2__)

struct PairProducts : PortablePairProducts {
  template <bool high>
  [[gnu::always_inline]] static Shorts interleave(Shorts a, Shorts b) {
    return Shorts(high ? _mm_unpackhi_epi16(__m128i(a), __m128i(b)) : _mm_unpacklo_epi16(__m128i(a), __m128i(b)));
  }
  [[gnu::always_inline]] static Shorts narrow(Whole low, Whole high) {
    return Shorts(_mm_packs_epi32(__m128i(low), __m128i(high)));
  }
  [[gnu::always_inline]] static Sums add(Sums sums, Shorts x, Shorts w) {
    return sums + Sums(_mm_madd_epi16(__m128i(x), __m128i(w)));
  }
};

#else

using PairProducts = PortablePairProducts;

#endif

}  // namespace tet::conv

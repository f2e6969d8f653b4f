// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/pack.hpp>

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__AVX2__) || defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace tet::cpu {

// What vector extensions cannot say: lanes to bits and back. Each has a portable twin.

/// Bit i is set where lane i of the mask is true.
template <class Scalar, int Width>
std::uint32_t mask_bits_portable(typename Pack<Scalar, Width>::Mask mask) {
  std::uint32_t bits = 0;
  for (int i = 0; i < Width; ++i) bits |= std::uint32_t(mask.m[i] != 0) << i;
  return bits;
}

template <class Scalar, int Width>
std::uint32_t mask_bits(typename Pack<Scalar, Width>::Mask mask) {
#if defined(__AVX512F__)
  if constexpr (sizeof(mask.m) == 64 && sizeof(Scalar) == 4) {
    __m512i lanes;
    std::memcpy(&lanes, &mask.m, 64);
    return _mm512_test_epi32_mask(lanes, lanes);
  } else if constexpr (sizeof(mask.m) == 64) {
    __m512i lanes;
    std::memcpy(&lanes, &mask.m, 64);
    return _mm512_test_epi64_mask(lanes, lanes);
  } else {
    return mask_bits_portable<Scalar, Width>(mask);
  }
#elif defined(__AVX2__)
  if constexpr (sizeof(mask.m) == 32 && sizeof(Scalar) == 4) {
    __m256 lanes;
    std::memcpy(&lanes, &mask.m, 32);
    return std::uint32_t(_mm256_movemask_ps(lanes));
  } else if constexpr (sizeof(mask.m) == 64 && sizeof(Scalar) == 8) {
    __m256d low, high;
    std::memcpy(&low, &mask.m, 32);
    std::memcpy(&high, reinterpret_cast<char const*>(&mask.m) + 32, 32);
    return std::uint32_t(_mm256_movemask_pd(low) | _mm256_movemask_pd(high) << 4);
  } else {
    return mask_bits_portable<Scalar, Width>(mask);
  }
#else
  return mask_bits_portable<Scalar, Width>(mask);
#endif
}

/// Lane i is 1 where bit i is set, else 0.
template <class Scalar, int Width>
Pack<Scalar, Width> bits_to_pack(std::uint32_t bits) {
  using Word = std::conditional_t<sizeof(Scalar) == 4, std::int32_t, std::int64_t>;
  typedef Word Words __attribute__((vector_size(Width * sizeof(Scalar))));
  Words select{};
  for (int i = 0; i < Width; ++i) select[i] = Word(1) << i;  // folded to a constant
  Words const hit = (Words{} + Word(bits)) & select;
  Words const one = (hit != 0) & std::bit_cast<Word>(Scalar(1));
  Pack<Scalar, Width> pack;
  std::memcpy(&pack, &one, sizeof one);
  return pack;
}

/// Lane i of 16 bits is 1 where bit i is set, else 0.
template <class Shorts>
Shorts bits_to_shorts_portable(std::uint32_t bits) {
  Shorts shorts;
  for (int i = 0; i < int(sizeof(Shorts) / 2); ++i) shorts[i] = std::int16_t(bits >> i & 1);
  return shorts;
}

template <class Shorts>
Shorts bits_to_shorts(std::uint32_t bits) {
#if defined(__AVX512BW__)
  if constexpr (sizeof(Shorts) == 64) return Shorts(_mm512_maskz_set1_epi16(bits, 1));
#endif
  if constexpr (sizeof(Shorts) <= 32) {
    Shorts select{};
    for (int i = 0; i < int(sizeof(Shorts) / 2); ++i) select[i] = std::int16_t(1 << i);  // folded to a constant
    return (((Shorts{} + std::int16_t(bits)) & select) != 0) & 1;
  }
  return bits_to_shorts_portable<Shorts>(bits);
}

/// Byte i is 1 where bit i is set, else 0.
inline std::uint64_t bits_to_bytes(std::uint8_t bits) {
  std::uint64_t const chosen = (bits * 0x0101010101010101ull) & 0x8040201008040201ull;
  return ((chosen + 0x7F7F7F7F7F7F7F7Full) >> 7) & 0x0101010101010101ull;
}

/// Lanes of bytes that one word of spikes fills at once.
#if defined(__AVX512BW__)
typedef std::uint8_t SpikeBytes __attribute__((vector_size(64)));
#elif defined(__AVX2__)
typedef std::uint8_t SpikeBytes __attribute__((vector_size(32)));
#else
typedef std::uint8_t SpikeBytes __attribute__((vector_size(8)));
#endif

/// Adds 1 to byte i where bit i is set.
inline SpikeBytes count_bits(SpikeBytes counts, void const* bits) {
#if defined(__AVX512BW__)
  std::uint64_t word;
  std::memcpy(&word, bits, sizeof word);
  return SpikeBytes(_mm512_mask_add_epi8(__m512i(counts), word, __m512i(counts), _mm512_set1_epi8(1)));
#elif defined(__AVX2__)
  std::int32_t word;
  std::memcpy(&word, bits, sizeof word);
  __m256i const select = _mm256_set1_epi64x(std::int64_t(0x8040201008040201ull));
  __m256i const place = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
  __m256i const lanes = _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32(word), place), select);
  return SpikeBytes(_mm256_sub_epi8(__m256i(counts), _mm256_cmpeq_epi8(lanes, select)));
#else
  return counts + std::bit_cast<SpikeBytes>(bits_to_bytes(*static_cast<std::uint8_t const*>(bits)));
#endif
}

}  // namespace tet::cpu

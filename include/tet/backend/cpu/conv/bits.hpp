// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace tet::conv {

/// Turning bits into lists. With byte_products.hpp and pair_products.hpp the only header of the convolutions that names
/// instructions; each has a portable twin.

#if defined(__AVX512VBMI2__) && defined(__AVX512BW__)

inline constexpr int listed_bytes = 8;  // of bits, at once

/// 0 … 63: a compress instruction takes as long for 64 bytes as for fewer, larger lanes.
inline constexpr auto positions_of_64 = [] {
  std::array<std::uint8_t, 64> table{};
  for (unsigned bit = 0; bit < 64; ++bit) table[bit] = std::uint8_t(bit);
  return table;
}();

/// The bytes that belong to set bits, in the front; what follows is 0.
///
/// The instruction waits for the register that it overwrites, even where all of that is set to 0: pieces of a list
/// would come one after the other (12 instead of 2 cycles each on Zen 5). So that register is set to 0 first.
[[gnu::always_inline]] inline __m512i compress(std::uint8_t const* bytes, std::uint64_t bits) {
  __m512i front = _mm512_setzero_si512();
#if !defined(__CUDA_ARCH__)
  asm("" : "+v"(front));
#endif
  return _mm512_mask_compress_epi8(front, bits, _mm512_loadu_si512(bytes));
}

/// Calls store(32 numbers of 16 bits, where they go) for the first 32 of 64 bytes, and for the others where there are
/// so many.
template <class Store>
[[gnu::always_inline]] inline void widen(__m512i bytes, Index count, Store const& store) {
  store(_mm512_cvtepu8_epi16(_mm512_castsi512_si256(bytes)), 0);
  if (count > 32) store(_mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(bytes, 1)), 32);
}

#else

inline constexpr int listed_bytes = 1;

/// Positions of the set bits of each byte, shifted left, compressed to the front.
template <int Shift>
inline constexpr auto bit_positions = [] {
  std::array<std::array<std::uint16_t, 8>, 256> table{};
  for (unsigned mask = 0; mask < 256; ++mask)
    for (unsigned bit = 0, count = 0; bit < 8; ++bit)
      if (mask >> bit & 1) table[mask][count++] = std::uint16_t(bit << Shift);
  return table;
}();

#endif

/// Appends base + (position << Shift) for each set bit of `listed_bytes` bytes. Writes an entry for each bit, of which
/// the returned end counts the valid ones.
template <int Shift>
[[gnu::always_inline]] inline std::uint16_t* append_positions(std::uint16_t* end, std::uint64_t bits,
                                                              std::uint16_t base) {
#if defined(__AVX512VBMI2__) && defined(__AVX512BW__)
  widen(compress(positions_of_64.data(), bits), std::popcount(bits), [&](__m512i positions, int at) {
    __m512i const entries = _mm512_add_epi16(_mm512_slli_epi16(positions, Shift), _mm512_set1_epi16(short(base)));
    _mm512_storeu_si512(end + at, entries);
  });
#else
  typedef std::uint16_t Positions __attribute__((vector_size(16)));
  Positions v;
  std::memcpy(&v, bit_positions<Shift>[bits].data(), sizeof v);
  v += base;
  std::memcpy(end, &v, sizeof v);
#endif
  return end + std::popcount(bits);
}

/// Appends (first + position) << Shift for each set bit among the lowest Bytes * 8.
template <int Shift, int Bytes>
[[gnu::always_inline]] inline std::uint16_t* append_all(std::uint16_t* end, std::uint64_t bits, Index first) {
  TET_UNROLL(8)
  for (int b = 0; b < Bytes; b += listed_bytes) {
    std::uint64_t const piece = listed_bytes == 8 ? bits : bits >> 8 * b & 0xFF;
    end = append_positions<Shift>(end, piece, std::uint16_t((first + 8 * b) << Shift));
  }
  return end;
}

/// Four entries of a list, the first in the low bits: kernels that gather rows are bound by loads, and this is one of
/// them instead of four. They make it a step ahead, so that addresses of rows never wait for it.
inline std::uint64_t next_entries(std::uint16_t const* list) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t entries;
  std::memcpy(&entries, list, sizeof entries);
  return entries;
}

/// Appends the counts of set bits, in the order of append_positions; reads `listed_bytes` * 8 counts. As floats they are
/// scaled, as whole numbers not.
template <class View, class Value>
[[gnu::always_inline]] inline Value* append_values(Value* end, std::uint64_t bits, std::uint8_t const* counts) {
  Index const count = std::popcount(bits);
  std::uint8_t listed[8 * listed_bytes];
#if defined(__AVX512VBMI2__) && defined(__AVX512BW__)
  __m512i const bytes = compress(counts, bits);
  if constexpr (sizeof(Value) == 1) {
    _mm512_storeu_si512(end, bytes);
    return end + count;
  } else if constexpr (sizeof(Value) == 2) {
    widen(bytes, count, [end](__m512i values, int at) { _mm512_storeu_si512(end + at, values); });
    return end + count;
  }
  constexpr Index at_once = 16;
  _mm512_storeu_si512(listed, bytes);
#elif defined(__AVX2__)
  constexpr Index at_once = 8;
  __m128i const positions = _mm_loadu_si128(reinterpret_cast<__m128i const*>(bit_positions<0>[bits].data()));
  __m128i const all = _mm_loadl_epi64(reinterpret_cast<__m128i const*>(counts));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(listed), _mm_shuffle_epi8(all, _mm_packus_epi16(positions, positions)));
#else
  constexpr Index at_once = 8;
  for (int k = 0; k < 8; ++k) listed[k] = counts[bit_positions<0>[bits][std::size_t(k)]];
#endif
  for (Index k = 0; k < (listed_bytes == 1 ? at_once : count); k += at_once)
    for (Index i = k; i < k + at_once; ++i) {
      if constexpr (std::is_same_v<Value, float>) end[i] = float(listed[i]) * View::scale;
      else end[i] = Value(listed[i]);
    }
  return end + count;
}

/// Bit k of the result is set where counts[k] is not 0, for 8 counts.
inline std::uint8_t nonzero_mask(std::uint8_t const* counts) {
  std::uint64_t v;
  std::memcpy(&v, counts, 8);
  constexpr std::uint64_t low = 0x7F7F7F7F7F7F7F7Full;
  std::uint64_t const top = (((v & low) + low) | v) & ~low;
  return std::uint8_t((top >> 7) * 0x0102040810204080ull >> 56);
}

/// Transposes a 64 x 64 matrix of bits: bit j of word i goes to bit i of word j.
///
/// Source: Warren, Hacker's Delight, 2nd ed., 7-3; the loops are shaped so that compilers vectorise them.
inline void transpose_bits(std::uint64_t* m) {
  std::uint64_t mask = 0x00000000FFFFFFFFull;
  for (int half = 32; half != 0; half >>= 1, mask ^= mask << half)
    for (int block = 0; block < 64; block += 2 * half)
      for (int k = block; k < block + half; ++k) {
        std::uint64_t const t = ((m[k] >> half) ^ m[k + half]) & mask;
        m[k] ^= t << half;
        m[k + half] ^= t;
      }
}

}  // namespace tet::conv

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace tet::conv {

/// Turning bits into lists. With byte_products.hpp the only header of the convolutions that names instructions; each
/// has a portable twin.

/// Positions of the set bits of each byte, shifted left, compressed to the front.
template <int Shift>
inline constexpr auto bit_positions = [] {
  std::array<std::array<std::uint16_t, 8>, 256> table{};
  for (unsigned mask = 0; mask < 256; ++mask)
    for (unsigned bit = 0, count = 0; bit < 8; ++bit)
      if (mask >> bit & 1) table[mask][count++] = std::uint16_t(bit << Shift);
  return table;
}();

typedef std::uint16_t Positions __attribute__((vector_size(16)));

/// Appends base + (position << Shift) for each set bit of the byte. Writes 8 entries, of which the returned end counts
/// the valid ones.
template <int Shift>
std::uint16_t* append_positions(std::uint16_t* end, std::uint8_t mask, Positions base) {
  Positions v;
  std::memcpy(&v, bit_positions<Shift>[mask].data(), sizeof v);
  v += base;
  std::memcpy(end, &v, sizeof v);
  return end + std::popcount(mask);
}

/// Four entries of a list, the first in the low bits: kernels that gather rows are bound by loads, and this is one of
/// them instead of four. They make it a step ahead, so that addresses of rows never wait for it.
inline std::uint64_t next_entries(std::uint16_t const* list) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t entries;
  std::memcpy(&entries, list, sizeof entries);
  return entries;
}

/// Appends scale * counts[position] for each set bit of the byte, in the order of append_positions. Writes 8 entries,
/// reads 8 counts.
template <class View>
float* append_values(float* end, std::uint8_t mask, std::uint8_t const* counts) {
#if defined(__AVX2__)
  __m256i const lanes =
      _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<__m128i const*>(bit_positions<0>[mask].data())));
  __m256i const wide = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<__m128i const*>(counts)));
  __m256 const values = _mm256_mul_ps(_mm256_cvtepi32_ps(wide), _mm256_set1_ps(View::scale));
  _mm256_storeu_ps(end, _mm256_permutevar8x32_ps(values, lanes));
#else
  for (int k = 0; k < 8; ++k) end[k] = float(counts[bit_positions<0>[mask][std::size_t(k)]]) * View::scale;
#endif
  return end + std::popcount(mask);
}

/// The same as whole numbers, without the scale.
template <class View>
std::uint8_t* append_values(std::uint8_t* end, std::uint8_t mask, std::uint8_t const* counts) {
#if defined(__AVX2__)
  __m128i const positions = _mm_loadu_si128(reinterpret_cast<__m128i const*>(bit_positions<0>[mask].data()));
  __m128i const bytes = _mm_shuffle_epi8(_mm_loadl_epi64(reinterpret_cast<__m128i const*>(counts)),
                                         _mm_packus_epi16(positions, positions));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(end), bytes);
#else
  for (int k = 0; k < 8; ++k) end[k] = counts[bit_positions<0>[mask][std::size_t(k)]];
#endif
  return end + std::popcount(mask);
}

/// And as whole numbers of 16 bits.
template <class View>
std::int16_t* append_values(std::int16_t* end, std::uint8_t mask, std::uint8_t const* counts) {
  std::uint8_t bytes[8];
  std::uint8_t const* const last = append_values<View>(bytes, mask, counts);
  for (int k = 0; k < 8; ++k) end[k] = bytes[k];
  return end + (last - bytes);
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

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/bits.hpp>
#include <tet/core/activation.hpp>
#include <tet/core/pack.hpp>

#include <cstdint>
#include <cstring>

namespace tet::cpu {

/// Values of channels c … c + count - 1 of a pixel; lanes from `count` on are 0. Pre: c is a multiple of the width.
template <int Width, class Scalar>
Pack<Scalar, Width> load(Activation<Analog, Scalar> const& x, Index pixel, Index c, Index count) {
  return Pack<Scalar, Width>::load(x.pixel(pixel) + c, count);
}

template <int Width, int Max, int Divisor, class Scalar>
Pack<Scalar, Width> load(Activation<Graded<Max, Divisor>, Scalar> const& x, Index pixel, Index c, Index count) {
  using View = Activation<Graded<Max, Divisor>, Scalar>;
  typedef std::uint8_t Bytes __attribute__((vector_size(Width)));
  Bytes bytes{};
  if (count >= Width) std::memcpy(&bytes, x.pixel(pixel) + c, Width);
  else std::memcpy(&bytes, x.pixel(pixel) + c, std::size_t(count));
  using Packed = Pack<Scalar, Width>;
  return Packed::from(bytes) * Packed(View::scale);
}

template <int Width, class Scalar>
Pack<Scalar, Width> load(Activation<Spike, Scalar> const& x, Index pixel, Index c, Index /*count*/) {
  std::uint32_t const bits = std::uint32_t(x.pixel(pixel)[c / 64] >> (c % 64)) & ((1ull << Width) - 1);
  return bits_to_pack<Scalar, Width>(bits);  // the unused high bits of a word are 0
}

/// Writes one pack of a spiking layer's output. `width` bits go to whole bytes; lanes from `count` on give 0.
template <int Width, class Scalar>
void store_spikes(Activation<Spike, Scalar> const& s, Index pixel, Index c, Pack<Scalar, Width> value, Index count) {
  static_assert(Width % 8 == 0 && Width <= 32);
  std::uint32_t bits = mask_bits<Scalar, Width>(value > Pack<Scalar, Width>(Scalar(0)));
  if (count < Width) bits &= (1u << count) - 1;
  std::memcpy(reinterpret_cast<std::uint8_t*>(s.pixel(pixel)) + c / 8, &bits, Width / 8);
}

template <int Width, class Scalar>
void store_spikes(Activation<Analog, Scalar> const& s, Index pixel, Index c, Pack<Scalar, Width> value, Index count) {
  value.store(s.pixel(pixel) + c, count);
}

/// Clears the bytes of a pixel's last word that no pack covers.
template <int Width, class Scalar>
void clear_unused(Activation<Spike, Scalar> const& s, Index pixel) {
  Index const covered = round_up(s.channels, Width) / 8;
  Index const bytes = s.words_per_pixel() * 8;
  if (bytes == covered) return;  // calls of memset for nothing took 4 % of a small layer's forward and backward pass
  std::memset(reinterpret_cast<std::uint8_t*>(s.pixel(pixel)) + covered, 0, std::size_t(bytes - covered));
}

template <int Width, class Scalar>
void clear_unused(Activation<Analog, Scalar> const&, Index) {}

}  // namespace tet::cpu

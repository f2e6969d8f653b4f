// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>
#include <tet/core/signal.hpp>

#include <cstdint>

namespace tet {

/// View of the values of one signal at several frames (a frame is one sample at one timestep).
///
/// Shape: [frames * pixels][channels], frames ordered [T][B]; non-owning.
template <class Kind, class Scalar>
struct Activation;

/// Spikes: bit c % 64 of word c / 64 of a pixel. The unused high bits of a pixel's last word are 0.
template <class Scalar>
struct Activation<Spike, Scalar> {
  using Element = std::uint64_t;
  std::uint64_t* data = nullptr;
  Index pixels = 0;  // over all frames
  Index channels = 0;

  TET_HD static constexpr Index elements_per_pixel(Index channels) { return ceil_div(channels, 64); }
  TET_HD constexpr Index words_per_pixel() const { return elements_per_pixel(channels); }
  TET_HD std::uint64_t* pixel(Index p) const { return data + p * words_per_pixel(); }
  TET_HD Scalar value(Index p, Index c) const { return Scalar((pixel(p)[c / 64] >> (c % 64)) & 1); }
};

/// Counts: value = count / Divisor.
template <int Max, int Divisor, class Scalar>
struct Activation<Graded<Max, Divisor>, Scalar> {
  using Element = std::uint8_t;
  static constexpr Scalar scale = Scalar(1) / Scalar(Divisor);
  std::uint8_t* data = nullptr;
  Index pixels = 0;
  Index channels = 0;

  TET_HD static constexpr Index elements_per_pixel(Index channels) { return channels; }
  TET_HD std::uint8_t* pixel(Index p) const { return data + p * channels; }
  TET_HD Scalar value(Index p, Index c) const { return Scalar(pixel(p)[c]) * scale; }
};

template <class Scalar>
struct Activation<Analog, Scalar> {
  using Element = Scalar;
  Scalar* data = nullptr;
  Index pixels = 0;
  Index channels = 0;

  TET_HD static constexpr Index elements_per_pixel(Index channels) { return channels; }
  TET_HD Scalar* pixel(Index p) const { return data + p * channels; }
  TET_HD Scalar value(Index p, Index c) const { return pixel(p)[c]; }
};

/// Bytes of an activation of the given kind.
template <class Kind, class Scalar>
constexpr Index activation_bytes(Index pixels, Index channels) {
  using View = Activation<Kind, Scalar>;
  return pixels * View::elements_per_pixel(channels) * Index(sizeof(typename View::Element));
}

}  // namespace tet

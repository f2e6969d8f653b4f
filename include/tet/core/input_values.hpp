// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/activation.hpp>

#include <algorithm>
#include <cmath>

namespace tet {

/// Writes values of the host as a network's input keeps them. Returns the position of the first value that the kind
/// cannot hold, or -1.
///
/// Analog takes every finite value, Spike 0 and 1, Graded<Max, Divisor> the multiples of 1/Divisor up to Max/Divisor.
/// Shape: values [pixels][channels], a pointer or whatever else has values[i].
template <class Values, class Scalar>
Index write_input(Values const& values, Activation<Analog, Scalar> x) {
  Index const count = x.pixels * x.channels;
  for (Index i = 0; i < count; ++i) {
    if (!std::isfinite(values[i])) return i;
    x.data[i] = Scalar(values[i]);
  }
  return -1;
}

template <class Values, class Scalar>
Index write_input(Values const& values, Activation<Spike, Scalar> x) {
  for (Index p = 0; p < x.pixels; ++p) {
    std::fill_n(x.pixel(p), x.words_per_pixel(), std::uint64_t(0));
    for (Index c = 0; c < x.channels; ++c) {
      auto const value = values[p * x.channels + c];
      if (value != 0 && value != 1) return p * x.channels + c;
      x.pixel(p)[c / 64] |= std::uint64_t(value == 1) << (c % 64);
    }
  }
  return -1;
}

template <class Values, int Max, int Divisor, class Scalar>
Index write_input(Values const& values, Activation<Graded<Max, Divisor>, Scalar> x) {
  Index const size = x.pixels * x.channels;
  for (Index i = 0; i < size; ++i) {
    auto const count = values[i] * Divisor;
    if (!(count >= 0 && count <= Max && count == std::floor(count))) return i;
    x.data[i] = std::uint8_t(count);
  }
  return -1;
}

}  // namespace tet

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
/// Shape: values [pixels][channels].
template <class Element, class Scalar>
Index write_input(Element const* values, Activation<Analog, Scalar> x) {
  Index const count = x.pixels * x.channels;
  for (Index i = 0; i < count; ++i) {
    if (!std::isfinite(values[i])) return i;
    x.data[i] = Scalar(values[i]);
  }
  return -1;
}

template <class Element, class Scalar>
Index write_input(Element const* values, Activation<Spike, Scalar> x) {
  for (Index p = 0; p < x.pixels; ++p) {
    std::fill_n(x.pixel(p), x.words_per_pixel(), std::uint64_t(0));
    for (Index c = 0; c < x.channels; ++c) {
      Element const value = values[p * x.channels + c];
      if (value != Element(0) && value != Element(1)) return p * x.channels + c;
      x.pixel(p)[c / 64] |= std::uint64_t(value == Element(1)) << (c % 64);
    }
  }
  return -1;
}

template <class Element, int Max, int Divisor, class Scalar>
Index write_input(Element const* values, Activation<Graded<Max, Divisor>, Scalar> x) {
  Index const size = x.pixels * x.channels;
  for (Index i = 0; i < size; ++i) {
    Element const count = values[i] * Element(Divisor);
    if (!(count >= 0 && count <= Element(Max) && count == std::floor(count))) return i;
    x.data[i] = std::uint8_t(count);
  }
  return -1;
}

}  // namespace tet

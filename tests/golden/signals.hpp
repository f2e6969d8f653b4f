// SPDX-License-Identifier: MIT
#pragma once

// Operands of primitives, in a backend's memory.

#include <tests/support/lab.hpp>
#include <tet/core/activation.hpp>
#include <tet/core/signal.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace golden {

using tet::test::fetch;
using tet::test::Lab;

/// Values of an activation in a backend's memory, [pixels][channels].
template <class Backend, class Kind, class Scalar>
std::vector<Scalar> values_of(tet::Activation<Kind, Scalar> x) {
  auto elements = fetch<Backend>(x.data, x.pixels * x.elements_per_pixel(x.channels));
  x.data = elements.data();
  std::vector<Scalar> values;
  for (tet::Index p = 0; p < x.pixels; ++p)
    for (tet::Index c = 0; c < x.channels; ++c) values.push_back(x.value(p, c));
  return values;
}

/// An input of a kind, from values [pixels][channels].
template <class Kind, class Backend, class Scalar>
tet::Activation<Kind, Scalar> put_signal(Lab<Backend>& lab, std::vector<Scalar> const& values, tet::Index channels) {
  auto const x = lab.template room<Kind, Scalar>(tet::Index(values.size()) / channels, channels);
  REQUIRE(convert_input(lab.exec, values.data(), x) == -1);
  return x;
}

}  // namespace golden

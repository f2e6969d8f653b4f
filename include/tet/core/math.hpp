// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>

#include <cmath>
#include <concepts>

namespace tet {

// Scalar overloads of what neurons, surrogates, losses and optimisers may call. Pack has the same set as friends, so
// arithmetic on a value type V calls them unqualified: `select(mask, a, b)`, `exp(x)`, …

template <std::floating_point Scalar>
TET_HD constexpr Scalar select(bool mask, Scalar a, Scalar b) {
  return mask ? a : b;
}

template <std::floating_point Scalar>
TET_HD constexpr Scalar abs(Scalar x) {
  return x < Scalar(0) ? -x : x;
}

template <std::floating_point Scalar>
TET_HD constexpr Scalar max(Scalar a, Scalar b) {
  return a < b ? b : a;
}

template <std::floating_point Scalar>
TET_HD constexpr Scalar min(Scalar a, Scalar b) {
  return b < a ? b : a;
}

template <std::floating_point Scalar>
TET_HD inline Scalar exp(Scalar x) {
  return std::exp(x);
}

template <std::floating_point Scalar>
TET_HD inline Scalar log(Scalar x) {
  return std::log(x);
}

template <std::floating_point Scalar>
TET_HD inline Scalar sqrt(Scalar x) {
  return std::sqrt(x);
}

template <std::floating_point Scalar>
TET_HD inline Scalar atan(Scalar x) {
  return std::atan(x);
}

template <std::floating_point Scalar>
TET_HD inline Scalar erf(Scalar x) {
  return std::erf(x);
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>
#include <tet/core/math.hpp>

#include <concepts>
#include <type_traits>

namespace tet {

/// A surrogate gradient: what the backward pass uses in place of the derivative of a spike.
///
/// `derivative(v)` is ds/du at v = u - threshold; `primitive(v)` is an integral of it, the smooth twin that tests put
/// in place of the step.
/// Law: primitive' == derivative away from kinks. Value type V: a scalar or a Pack.
template <class Surrogate>
concept SurrogateGradient = std::is_trivially_copyable_v<Surrogate> && requires(double v) {
  { Surrogate::derivative(v) } -> std::same_as<double>;
  { Surrogate::primitive(v) } -> std::same_as<double>;
  { Surrogate::name } -> std::convertible_to<char const*>;
};

/// The firing function of a spiking neuron: 1 strictly above the threshold.
struct Heaviside {
  template <class V>
  TET_HD static constexpr V value(V v) {
    return select(v > V(0), V(1), V(0));
  }
};

/// A surrogate's primitive as firing function: turns a spiking neuron into a smooth one whose exact gradient is the
/// surrogate gradient.
template <SurrogateGradient Surrogate>
struct SmoothFire {
  template <class V>
  TET_HD static constexpr V value(V v) {
    return Surrogate::primitive(v);
  }
};

}  // namespace tet

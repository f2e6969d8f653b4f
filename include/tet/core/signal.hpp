// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/shape.hpp>

#include <concepts>
#include <numeric>

namespace tet {

/// Kind of a signal that is 0 or 1; stored as bits, channels packed into 64-bit words (bit c of word c/64).
struct Spike {
  static constexpr char const* name = "spike";
};

/// Kind of a signal value = count / Divisor with count in 0…Max, stored in a byte. Average pooling of spikes gives it.
template <int Max, int Divisor>
struct Graded {
  static_assert(0 < Max && Max <= 255, "tet::Graded: a count is stored in one byte, so Max must lie in 1…255");
  static_assert(Divisor > 0, "tet::Graded: the divisor must be positive");
  static constexpr char const* name = "graded";
  static constexpr int max = Max;
  static constexpr int divisor = Divisor;
};

/// Kind of a real-valued signal.
struct Analog {
  static constexpr char const* name = "analog";
};

template <class Kind>
inline constexpr bool is_graded = false;
template <int Max, int Divisor>
inline constexpr bool is_graded<Graded<Max, Divisor>> = true;

template <class Kind>
concept SignalKind = std::same_as<Kind, Spike> || std::same_as<Kind, Analog> || is_graded<Kind>;

namespace detail {

template <bool fits, int Max, int Divisor>
struct GradedOrAnalog {
  using type = Graded<Max, Divisor>;
};
template <int Max, int Divisor>
struct GradedOrAnalog<false, Max, Divisor> {
  using type = Analog;
};

template <class Kind, int Window>
struct Pooled {
  using type = Analog;
};
template <int Window>
struct Pooled<Spike, Window> : GradedOrAnalog<(Window <= 255), Window, Window> {};
template <int Max, int Divisor, int Window>
struct Pooled<Graded<Max, Divisor>, Window> : GradedOrAnalog<(Max * Window <= 255), Max * Window, Divisor * Window> {};

/// Spikes are counts up to 1.
template <class Kind>
struct Counted {
  static constexpr int max = 1, divisor = 1;
};
template <int Max, int Divisor>
struct Counted<Graded<Max, Divisor>> {
  static constexpr int max = Max, divisor = Divisor;
};

}  // namespace detail

/// Kind of the average over Window values of the given kind: counts add up while they fit a byte.
template <class Kind, int Window>
using AverageKind = typename detail::Pooled<Kind, Window>::type;

/// Kind of the sum of two signals. Spikes and counts add up to counts over the smallest common divisor while these fit a byte.
/// The numbers are members: in an alias of an expression nvcc spells them wrongly.
template <class A, class B>
struct SumOfKinds {
  using type = Analog;
};
template <class A, class B>
  requires(!std::same_as<A, Analog> && !std::same_as<B, Analog>)
struct SumOfKinds<A, B> {
  static constexpr int divisor = std::lcm(detail::Counted<A>::divisor, detail::Counted<B>::divisor);
  static constexpr int weight_a = divisor / detail::Counted<A>::divisor;
  static constexpr int weight_b = divisor / detail::Counted<B>::divisor;
  static constexpr int max = weight_a * detail::Counted<A>::max + weight_b * detail::Counted<B>::max;
  using type = typename detail::GradedOrAnalog<(max <= 255), max, divisor>::type;
};

/// What flows between two layers: the shape of one sample at one timestep, and the kind of its values.
///
/// `origin` is the shape before a Flatten, (H, W, C), else the shape itself. Files of other libraries order flattened
/// features C, H, W, so whoever reads or writes a per-feature tensor needs it.
template <auto shape_, SignalKind Kind_, auto origin_ = shape_>
struct Signal {
  static constexpr auto shape = shape_;
  static constexpr auto origin = origin_;
  using Kind = Kind_;

  template <class NewKind>
  using WithKind = Signal<shape_, NewKind, origin_>;
};

}  // namespace tet

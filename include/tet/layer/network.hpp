// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/signal.hpp>
#include <tet/layer/sequential.hpp>

namespace tet {

/// What a network is fed with: frames of H x W pixels with C channels. Kind Spike or Graded: the values are checked
/// when a batch is made.
template <Index H, Index W, Index C, SignalKind Kind = Analog>
struct Input {
  static_assert(H > 0 && W > 0 && C > 0, "tet::Input: height, width and channels must be positive");
  using Signal = tet::Signal<Shape{H, W, C}, Kind>;
};

template <class T>
inline constexpr bool is_input = false;
template <Index H, Index W, Index C, class Kind>
inline constexpr bool is_input<Input<H, W, C, Kind>> = true;

/// A network as a type: its input, then its layers. Shapes are inferred; a layer that does not fit does not compile.
template <class In, class... Layers>
struct Network {
  static_assert(is_input<In>, "tet::Network: the first argument must be a tet::Input<H, W, C>, layers follow it");
  static_assert(sizeof...(Layers) > 0, "tet::Network: needs at least one layer after its tet::Input");

  using Body = Sequential<Layers...>;
  using InputSignal = typename In::Signal;
  using OutputSignal = LayerOutput<Body, InputSignal>;

  static constexpr auto input_shape = InputSignal::shape;
  static constexpr auto output_shape = OutputSignal::shape;
};

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/signal.hpp>
#include <tet/layer/sequential.hpp>

namespace tet {

/// The branch that changes nothing.
struct Identity {
  static constexpr char const* name = "Identity";

  template <class In>
  using Output = In;
};

/// Two branches of the same input, added: y = Main(x) + Shortcut(x). A neuron after it joins them, as in the spiking
/// ResNet.
///
/// Each branch is a layer or a Sequential.
/// Shape:   that of both branches; analog.
/// Files:   main.*, shortcut.*
/// Refused: branches of different shape.
template <class Main, class Shortcut = Identity>
struct Residual {
  static constexpr char const* name = "Residual";

  template <auto MainOut, auto ShortcutOut>
  static consteval auto infer() {
    static_assert(same_shape(MainOut, ShortcutOut),
                  "tet::Residual: the two branches give different shapes; give the shortcut a 1x1 tet::Conv2d with the "
                  "main branch's "
                  "channels and stride (shapes are MainOut and ShortcutOut in the note)");
    return MainOut;
  }

  template <class In>
  using Output = Signal<infer<LayerOutput<Main, In>::shape, LayerOutput<Shortcut, In>::shape>(), Analog>;
};

template <class Layer>
inline constexpr bool is_residual = false;
template <class Main, class Shortcut>
inline constexpr bool is_residual<Residual<Main, Shortcut>> = true;

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/join.hpp>
#include <tet/layer/residual.hpp>
#include <tet/layer/sequential.hpp>

#include <concepts>

namespace tet {

namespace detail {

/// Whether a branch ends in neurons whose firing is smooth: the twins of spiking ones, whose gradients tests compare with
/// central differences.
template <class Layer>
inline constexpr bool ends_smoothly = false;
template <NeuronModel Neuron>
inline constexpr bool ends_smoothly<Neuron> = !std::same_as<NeuronFire<Neuron>, Heaviside>;
template <class First, class... Rest>
inline constexpr bool ends_smoothly<Sequential<First, Rest...>> = ends_smoothly<Sequential<Rest...>>;
template <class Last>
inline constexpr bool ends_smoothly<Sequential<Last>> = ends_smoothly<Last>;

}  // namespace detail

/// Two spiking branches of the same input, joined element by element: y = g(Main(x), Shortcut(x)), the block of SEW-ResNet.
///
/// Each branch is a layer or a Sequential that ends in a neuron, or Identity.
/// Source:  Fang et al. 2021, "Deep Residual Learning in Spiking Neural Networks", eq. 9 and table 1.
/// Shape:   that of both branches. AND and IAND give spikes. ADD gives counts (kind Graded), whose maximum the type tracks
///          through blocks one after another; beyond 255 it gives analog values.
/// Grad:    ADD: dA = dS = dy. AND: dA = dy S, dS = dy A. IAND: dA = -dy S, dS = dy (1 - A).
/// Files:   main.*, shortcut.*
/// Refused: branches of different shape; a branch of analog values; AND and IAND of counts.
template <Join join_, class Main, class Shortcut = Identity>
struct SpikeJoin {
  static constexpr Join join = join_;
  static constexpr char const* name = join == Join::add           ? "SpikeJoin add"
                                      : join == Join::logical_and ? "SpikeJoin and"
                                                                  : "SpikeJoin iand";

  template <auto MainOut, auto ShortcutOut>
  static consteval auto infer() {
    static_assert(
        same_shape(MainOut, ShortcutOut),
        "tet::SpikeJoin: the two branches give different shapes; give the shortcut a 1x1 tet::Conv2d with the "
        "main branch's channels and stride, a tet::BatchNorm and a neuron (shapes are MainOut and ShortcutOut "
        "in the note)");
    return MainOut;
  }

  /// The kind of the result, where both branches' kinds can be joined.
  template <class A, class S>
  struct Kinds {
    /// What ADD made of more counts than a byte holds is taken as an input; a branch must spike.
    static constexpr bool main_spikes = !std::same_as<A, Analog> || detail::ends_smoothly<Main>;
    static constexpr bool shortcut_spikes =
        !std::same_as<S, Analog> || std::same_as<Shortcut, Identity> || detail::ends_smoothly<Shortcut>;
    static_assert(main_spikes && shortcut_spikes,
                  "tet::SpikeJoin: a branch gives analog values; end it in a neuron, or use tet::Residual and a neuron "
                  "after it (the kinds are Kinds<main branch, shortcut> in the note)");
    static constexpr bool joins = join == Join::add || (std::same_as<A, S> && !is_graded<A>);
    static_assert(
        joins || !(main_spikes && shortcut_spikes),
        "tet::SpikeJoin: AND and IAND join two branches of spikes, not counts; use tet::Join::add, or spikes "
        "all the way: no average pooling and no ADD before it (the kinds are Kinds<main branch, shortcut> in the "
        "note)");
    using type = typename detail::Joined<join, A, S>::type;
  };

  template <class In>
  using Output =
      Signal<infer<LayerOutput<Main, In>::shape, LayerOutput<Shortcut, In>::shape>(),
             typename Kinds<typename LayerOutput<Main, In>::Kind, typename LayerOutput<Shortcut, In>::Kind>::type>;
};

}  // namespace tet

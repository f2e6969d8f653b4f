// SPDX-License-Identifier: MIT
#pragma once

#include <tet/model/stage/batch_norm.hpp>
#include <tet/model/stage/flatten.hpp>
#include <tet/model/stage/neuron.hpp>
#include <tet/model/stage/pooling.hpp>
#include <tet/model/stage/stage.hpp>
#include <tet/model/stage/synapses.hpp>

#include <algorithm>
#include <array>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tet::detail {

/// Types of the stages of a list of nodes, each fed by the one before.
template <class Done, class In, class Backend, class Scalar, class... Nodes>
struct StageTypes;
template <class... Done, class In, class Backend, class Scalar>
struct StageTypes<std::tuple<Done...>, In, Backend, Scalar> {
  using type = std::tuple<Done...>;
  using Output = In;
};
template <class... Done, class In, class Backend, class Scalar, class First, class... Rest>
struct StageTypes<std::tuple<Done...>, In, Backend, Scalar, First, Rest...>
    : StageTypes<std::tuple<Done..., Stage<First, In, Backend, Scalar>>, typename Stage<First, In, Backend, Scalar>::Output, Backend,
                 Scalar, Rest...> {};

/// Room for gradients that a chain needs while it runs backward.
template <class Scalar>
using Rooms = std::array<Scalar*, 2>;
using RoomSizes = std::array<Index, 2>;

/// Whether the caller says where a chain leaves the gradient of its input.
enum class Target { given, none };

/// Stages one after another. Backward needs little room: a gradient goes over activations that are no longer needed where a stage can
/// write it there, and through one of two rooms where it cannot.
template <class Nodes, class In, class Backend, class Scalar>
class Chain;

template <class... Nodes, class In, class Backend, class Scalar>
class Chain<NodeList<Nodes...>, In, Backend, Scalar> {
  using Types = StageTypes<std::tuple<>, In, Backend, Scalar, Nodes...>;
  using Stages = typename Types::type;
  static constexpr std::size_t count = sizeof...(Nodes);
  template <std::size_t I>
  using StageAt = std::tuple_element_t<I, Stages>;

 public:
  using Output = typename Types::Output;
  /// The output is not (a view of) the input.
  static constexpr bool owns_output =
      []<class... Stage>(std::type_identity<std::tuple<Stage...>>) { return (Stage::owns_output || ...); }(std::type_identity<Stages>{});

  void place(TensorCursor& cursor) {
    std::apply([&](auto&... stage) { (stage.place(cursor), ...); }, stages_);
  }

  Flow plan(Planner<Backend>& planner, Flow flow) {
    std::apply([&](auto&... stage) { ((flow = stage.plan(planner, flow)), ...); }, stages_);
    return flow;
  }

  /// Values of the two rooms. The gradient of the chain's input needs none where its target is given.
  RoomSizes room_elements(Target target) const {
    RoomSizes sizes{};
    [&]<std::size_t... I>(std::index_sequence<I...>) { (count_room<I>(target, sizes), ...); }(std::make_index_sequence<count>{});
    return sizes;
  }

  /// Gradient buffers inside of stages: they live while their stage runs backward, so they share room.
  void plan_gradients(Planner<Backend>& planner) {
    Index const mark = planner.arena.mark();
    std::apply([&](auto&... stage) { ((stage.plan_gradients(planner), planner.arena.release(mark)), ...); }, stages_);
  }

  template <std::size_t I = 0, class X>
  auto forward(Pass<Backend, Scalar>& pass, X x) {
    if constexpr (I == count) return x;
    else return forward<I + 1>(pass, std::get<I>(stages_).forward(pass, x));
  }

  /// dL/dx from dL/dy, which is only read. Returns where it is: `target`, unless that is nullptr or no stage writes a gradient.
  Scalar const* backward(Pass<Backend, Scalar>& pass, Scalar const* dy, Rooms<Scalar> const& rooms, Scalar* target,
                         InputGradient input) {
    return backward_from<count>(pass, GradientView<Scalar>{dy}, rooms, target, input).data;
  }

  template <class Visit>
  void visit_tensors(std::string const& prefix, Visit& visit) const {
    std::apply([&](auto const&... stage) { (stage.visit_tensors(prefix, visit), ...); }, stages_);
  }
  void describe(std::string const& prefix, std::vector<LayerRow>& rows) const {
    std::apply([&](auto const&... stage) { (stage.describe(prefix, rows), ...); }, stages_);
  }
  template <class Visit>
  void visit_signals(std::string const& prefix, Visit& visit) const {
    std::apply([&](auto const&... stage) { (stage.visit_signals(prefix, visit), ...); }, stages_);
  }

 private:
  static constexpr int activation = 2, outside = 3;  // where a gradient can lie but in one of the rooms

  template <std::size_t I>
  static constexpr GradientPlace place_of() {
    if constexpr (I > 0)
      if constexpr (requires { StageAt<I>::pools; } && requires { StageAt<I - 1>::reads_pooled_gradient; })
        return GradientPlace::view;
    return StageAt<I>::gradient_place;
  }

  /// The first stage whose backward writes a gradient: that of the chain's input, which others may still read.
  template <std::size_t I = 0>
  static constexpr std::size_t first_writer() {
    if constexpr (I == count) return count;
    else return place_of<I>() == GradientPlace::view ? first_writer<I + 1>() : I;
  }

  /// Where the gradient of stage I's input lies; of the chain's output for I = count.
  template <std::size_t I>
  static constexpr int location() {
    if constexpr (I == count) return outside;
    else if constexpr (place_of<I>() == GradientPlace::view) return location<I + 1>();
    else if constexpr (place_of<I>() == GradientPlace::input && I != first_writer()) return activation;
    else return location<I + 1>() == 0 ? 1 : 0;
  }

  template <std::size_t I>
  void count_room(Target target, RoomSizes& sizes) const {
    if constexpr (place_of<I>() != GradientPlace::view && location<I>() < activation) {
      if (I == first_writer() && target == Target::given) return;
      Index& size = sizes[std::size_t(location<I>())];
      size = std::max(size, std::get<I>(stages_).input_elements());
    }
  }

  /// Backward through stages I - 1 … 0.
  template <std::size_t I>
  GradientView<Scalar> backward_from(Pass<Backend, Scalar>& pass, GradientView<Scalar> dy, Rooms<Scalar> const& rooms, Scalar* target,
                                     InputGradient input) {
    if constexpr (I == 0) {
      return dy;
    } else {
      auto& stage = std::get<I - 1>(stages_);
      if constexpr (place_of<I - 1>() == GradientPlace::view) {
        return backward_from<I - 1>(pass, stage.input_gradient(dy), rooms, target, input);
      } else {
        constexpr bool first = I - 1 == first_writer();
        Scalar* dx;
        if constexpr (location<I - 1>() == activation) dx = stage.input_values();
        else dx = first && target != nullptr ? target : rooms[std::size_t(location<I - 1>())];
        stage.backward(pass, dy, dx, first ? input : InputGradient::computed);
        return backward_from<I - 1>(pass, GradientView<Scalar>{dx}, rooms, target, input);
      }
    }
  }

  Stages stages_;
};

template <class Layer, class In, class Backend, class Scalar>
using ChainOf = Chain<FusedNodes<Layer>, In, Backend, Scalar>;

}  // namespace tet::detail

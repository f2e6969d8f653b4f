// SPDX-License-Identifier: MIT
#pragma once

#include <tet/model/stage/batch_norm.hpp>
#include <tet/model/stage/flatten.hpp>
#include <tet/model/stage/max_pool.hpp>
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
    : StageTypes<std::tuple<Done..., Stage<First, In, Backend, Scalar>>,
                 typename Stage<First, In, Backend, Scalar>::Output, Backend, Scalar, Rest...> {};

/// Whether the caller says where a chain leaves the gradient of its input.
enum class Target { given, none };

/// Part of an arena, in bytes.
struct ArenaRange {
  Index begin = 0, end = 0;

  bool overlaps(ArenaRange const& other) const { return begin < other.end && other.begin < end; }
};

/// Stages one after another. Gradients need no memory of their own: on the way back, what the later stages kept is no
/// longer needed.
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
  static constexpr bool owns_output = []<class... Stage>(std::type_identity<std::tuple<Stage...>>) {
    return (Stage::owns_output || ...);
  }(std::type_identity<Stages>{});

  void place(TensorCursor& cursor) {
    std::apply([&](auto&... stage) { (stage.place(cursor), ...); }, stages_);
  }

  Flow plan(Planner<Backend>& planner, Flow flow) {
    std::size_t i = 0;
    std::apply([&](auto&... stage) { ((flow = stage.plan(planner, flow), ends_[i++] = planner.arena.mark()), ...); },
               stages_);
    return flow;
  }

  /// Places the gradients between stages, not before `floor` and not over `dy`, where the gradient of the output lies.
  void plan_gradients(Planner<Backend>& planner, Target target, Index floor, ArenaRange dy) {
    plan_gradients_from<count>(planner, target, floor, dy);
  }

  template <std::size_t I = 0, class X>
  auto forward(Pass<Backend, Scalar>& pass, X x) {
    if constexpr (I == count) return x;
    else return forward<I + 1>(pass, std::get<I>(stages_).forward(pass, x));
  }

  /// dL/dx from dL/dy, which is only read. Returns where it is: `target`, unless that is nullptr or no stage writes a
  /// gradient.
  Scalar const* backward(Pass<Backend, Scalar>& pass, Scalar const* dy, Scalar* target, InputGradient input) {
    return backward_from<count>(pass, GradientView<Scalar>{dy}, target, input).data;
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
  template <std::size_t I>
  static constexpr GradientPlace place_of() {
    if constexpr (I > 0)
      if constexpr (
          requires { StageAt<I>::pools; } && requires { StageAt<I - 1>::reads_pooled_gradient; })
        return GradientPlace::view;
    return StageAt<I>::gradient_place;
  }

  /// The first stage whose backward writes a gradient: that of the chain's input, which others may still read.
  template <std::size_t I = 0>
  static constexpr std::size_t first_writer() {
    if constexpr (I == count) return count;
    else return place_of<I>() == GradientPlace::view ? first_writer<I + 1>() : I;
  }

  /// Gradients of the inputs of stages I - 1 … 0; dy: where that of stage I - 1's output lies.
  template <std::size_t I>
  void plan_gradients_from(Planner<Backend>& planner, Target target, Index floor, ArenaRange dy) {
    if constexpr (I > 0) {
      constexpr std::size_t k = I - 1;
      if constexpr (place_of<k>() != GradientPlace::view) {
        ArenaRange dx{std::max(ends_[k], floor), std::max(ends_[k], floor)};
        if (writes_to_room<k>(target)) {
          Index const bytes = round_up(std::get<k>(stages_).input_elements() * Index(sizeof(Scalar)), Arena::alignment);
          dx.end += bytes;
          if (dx.overlaps(dy)) dx = {dy.end, dy.end + bytes};
          planner.arena.move_to(dx.begin);
          rooms_[k] = planner.arena.template take<Scalar>(std::get<k>(stages_).input_elements());
        }
        planner.arena.move_to(std::max(dx.end, dy.end));
        std::get<k>(stages_).plan_gradients(planner);
        dy = dx;
      }
      plan_gradients_from<k>(planner, target, floor, dy);
    }
  }

  /// Whether stage I's dL/dx needs room. The first writer's always does: others may still read the chain's input.
  template <std::size_t I>
  static constexpr bool writes_to_room(Target target) {
    if (I == first_writer()) return target == Target::none;
    return place_of<I>() == GradientPlace::room;
  }

  /// Backward through stages I - 1 … 0.
  template <std::size_t I>
  GradientView<Scalar> backward_from(Pass<Backend, Scalar>& pass, GradientView<Scalar> dy, Scalar* target,
                                     InputGradient input) {
    if constexpr (I == 0) {
      return dy;
    } else {
      auto& stage = std::get<I - 1>(stages_);
      if constexpr (place_of<I - 1>() == GradientPlace::view) {
        return backward_from<I - 1>(pass, stage.input_gradient(dy), target, input);
      } else {
        constexpr bool first = I - 1 == first_writer();
        Scalar* dx = first && target != nullptr ? target : rooms_[I - 1];
        if constexpr (place_of<I - 1>() == GradientPlace::input && !first) dx = stage.input_values();
        stage.backward(pass, dy, dx, first ? input : InputGradient::computed);
        return backward_from<I - 1>(pass, GradientView<Scalar>{dx}, target, input);
      }
    }
  }

  Stages stages_;
  std::array<Index, count> ends_{};     // of what each stage keeps in the arena
  std::array<Scalar*, count> rooms_{};  // of dL/dx, of stages that need one
};

template <class Layer, class In, class Backend, class Scalar>
using ChainOf = Chain<FusedNodes<Layer>, In, Backend, Scalar>;

}  // namespace tet::detail

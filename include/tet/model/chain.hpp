// SPDX-License-Identifier: MIT
#pragma once

#include <tet/model/stage/batch_norm.hpp>
#include <tet/model/stage/flatten.hpp>
#include <tet/model/stage/neuron.hpp>
#include <tet/model/stage/pooling.hpp>
#include <tet/model/stage/stage.hpp>
#include <tet/model/stage/synapses.hpp>

#include <algorithm>
#include <tuple>

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

/// Stages one after another. Backward swaps two gradient buffers, each as large as the largest gradient between two stages.
template <class Nodes, class In, class Backend, class Scalar>
class Chain;

template <class... Nodes, class In, class Backend, class Scalar>
class Chain<NodeList<Nodes...>, In, Backend, Scalar> {
  using Types = StageTypes<std::tuple<>, In, Backend, Scalar, Nodes...>;

 public:
  using Output = typename Types::Output;

  void place(TensorCursor& cursor) {
    std::apply([&](auto&... stage) { (stage.place(cursor), ...); }, stages_);
  }

  Flow plan(Planner<Backend>& planner, Flow flow) {
    std::apply([&](auto&... stage) { ((flow = stage.plan(planner, flow)), ...); }, stages_);
    return flow;
  }

  /// Values of the largest gradient between two stages.
  Index gradient_elements() const {
    return std::apply([](auto const&... stage) { return std::max({stage.gradient_elements()...}); }, stages_);
  }

  /// Gradient buffers inside of stages: they live while their stage runs backward, so they share room.
  void plan_gradients(Planner<Backend>& planner) {
    Index const mark = planner.arena.mark();
    std::apply([&](auto&... stage) { ((stage.plan_gradients(planner), planner.arena.release(mark)), ...); }, stages_);
  }

  template <std::size_t I = 0, class X>
  auto forward(Pass<Backend, Scalar>& pass, X x) {
    if constexpr (I == sizeof...(Nodes)) return x;
    else return forward<I + 1>(pass, std::get<I>(stages_).forward(pass, x));
  }

  /// dL/dy in one buffer -> dL/dx, in it or in the other one; both are overwritten.
  template <std::size_t I = sizeof...(Nodes)>
  Scalar* backward(Pass<Backend, Scalar>& pass, Scalar* dy, Scalar* other, InputGradient input) {
    if constexpr (I == 0) {
      return dy;
    } else {
      InputGradient const needed = I > 1 ? InputGradient::computed : input;
      Scalar* const dx = std::get<I - 1>(stages_).backward(pass, dy, other, needed);
      return backward<I - 1>(pass, dx, dx == dy ? other : dy, input);
    }
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
  typename Types::type stages_;
};

template <class Layer, class In, class Backend, class Scalar>
using ChainOf = Chain<FusedNodes<Layer>, In, Backend, Scalar>;

}  // namespace tet::detail

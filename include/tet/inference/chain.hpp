// SPDX-License-Identifier: MIT
#pragma once

#include <tet/inference/stage/batch_norm.hpp>
#include <tet/inference/stage/neuron.hpp>
#include <tet/inference/stage/pooling.hpp>
#include <tet/inference/stage/stage.hpp>
#include <tet/inference/stage/synapses.hpp>

#include <tuple>

namespace tet::detail {

/// Types of the stages of a list of nodes, each fed by the one before.
template <class Done, class In, class Backend, class Precision, class... Nodes>
struct InferenceStages;
template <class... Done, class In, class Backend, class Precision>
struct InferenceStages<std::tuple<Done...>, In, Backend, Precision> {
  using type = std::tuple<Done...>;
  using Output = In;
};
template <class... Done, class In, class Backend, class Precision, class First, class... Rest>
struct InferenceStages<std::tuple<Done...>, In, Backend, Precision, First, Rest...>
    : InferenceStages<std::tuple<Done..., InferenceStage<First, In, Backend, Precision>>,
                      typename InferenceStage<First, In, Backend, Precision>::Output, Backend, Precision, Rest...> {};

/// The steps of an engine, or of one branch, one after another.
template <class Nodes, class In, class Backend, class Precision>
class InferenceChain;

template <class... Nodes, class In, class Backend, class Precision>
class InferenceChain<NodeList<Nodes...>, In, Backend, Precision> {
  using Types = InferenceStages<std::tuple<>, In, Backend, Precision, Nodes...>;

 public:
  using Output = typename Types::Output;

  void place(TensorCursor& cursor) {
    std::apply([&](auto&... stage) { (stage.place(cursor), ...); }, stages_);
  }

  Flow plan(InferencePlanner<Backend>& planner, Flow flow) {
    std::apply([&](auto&... stage) { ((flow = stage.plan(planner, flow)), ...); }, stages_);
    return flow;
  }

  void freeze(Backend& exec, TrainedValues const& values) {
    std::apply([&](auto&... stage) { (stage.freeze(exec, values), ...); }, stages_);
  }

  template <std::size_t I = 0, class X>
  FlowingOf<Output> forward(InferencePass<Backend>& pass, X x) {
    if constexpr (I == sizeof...(Nodes)) return x;
    else return forward<I + 1>(pass, std::get<I>(stages_).forward(pass, x));
  }

 private:
  typename Types::type stages_;
};

template <class Layer, class In, class Backend, class Precision>
using InferenceChainOf = InferenceChain<InferenceNodes<Layer>, In, Backend, Precision>;

}  // namespace tet::detail

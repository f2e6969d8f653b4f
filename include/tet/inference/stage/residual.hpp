// SPDX-License-Identifier: MIT
#pragma once

#include <tet/inference/chain.hpp>
#include <tet/layer/residual.hpp>
#include <tet/layer/spike_join.hpp>

namespace tet::detail {

/// Two branches of one input, joined by combine(exec, a, b, y).
template <class Layer, class Main, class Shortcut, class In, class Backend, class Precision, class Combine>
class BranchesInference {
 public:
  using Output = LayerOutput<Layer, In>;
  static constexpr bool identity = std::is_same_v<Shortcut, Identity>;

  void place(TensorCursor& cursor) {
    main_.place(cursor);
    if constexpr (!identity) shortcut_.place(cursor);
  }

  Flow plan(InferencePlanner<Backend>& planner, Flow flow) {
    Flow const main = main_.plan(planner, flow);
    Flow shortcut = flow;
    if constexpr (!identity) shortcut = shortcut_.plan(planner, flow);
    y_ = take_activation<Output, float>(planner.signals, flow.timesteps * flow.batch);
    return {flow.timesteps, flow.batch, main.repeated && shortcut.repeated};
  }

  void freeze(Backend& exec, TrainedValues const& values) {
    main_.freeze(exec, values);
    if constexpr (!identity) shortcut_.freeze(exec, values);
  }

  FlowingOf<Output> forward(InferencePass<Backend>& pass, FlowingOf<In> x) {
    auto const a = main_.forward(pass, x);
    if constexpr (identity) return combined(pass, a, x);
    else return combined(pass, a, shortcut_.forward(pass, x));
  }

 private:
  template <class A, class B>
  FlowingOf<Output> combined(InferencePass<Backend>& pass, A const& a, B const& b) {
    bool const repeated = a.repeated && b.repeated;
    auto const y = first_pixels(y_, pass.frames(repeated) * Output::shape.pixels());
    if (pass.computes(repeated)) Combine{}(pass.exec, a.view, b.view, y);
    return {y, repeated};
  }

  struct Nothing {};
  template <class Branch_>
  struct Branch {
    using type = InferenceChainOf<Branch_, In, Backend, Precision>;
  };

  typename Branch<Main>::type main_;
  [[no_unique_address]]
  typename std::conditional_t<identity, std::type_identity<Nothing>, Branch<Shortcut>>::type shortcut_;
  Activation<typename Output::Kind, float> y_;
};

struct AddBranches {
  template <class Backend, class A, class B, class Y>
  void operator()(Backend& exec, A const& a, B const& b, Y const& y) const {
    add(exec, a, b, y);
  }
};

template <Join join>
struct JoinBranches {
  template <class Backend, class A, class B, class Y>
  void operator()(Backend& exec, A const& a, B const& b, Y const& y) const {
    join_forward<join>(exec, a, b, y);
  }
};

template <class Main, class Shortcut, class Place, class In, class Backend, class Precision>
class InferenceStage<Node<Residual<Main, Shortcut>, Place>, In, Backend, Precision>
    : public BranchesInference<Residual<Main, Shortcut>, Main, Shortcut, In, Backend, Precision, AddBranches> {};

template <Join join, class Main, class Shortcut, class Place, class In, class Backend, class Precision>
class InferenceStage<Node<SpikeJoin<join, Main, Shortcut>, Place>, In, Backend, Precision>
    : public BranchesInference<SpikeJoin<join, Main, Shortcut>, Main, Shortcut, In, Backend, Precision,
                               JoinBranches<join>> {};

}  // namespace tet::detail

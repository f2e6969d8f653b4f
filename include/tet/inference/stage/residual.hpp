// SPDX-License-Identifier: MIT
#pragma once

#include <tet/inference/chain.hpp>

namespace tet::detail {

/// Two branches of one input, added.
template <class Main, class Shortcut, class Place, class In, class Backend, class Precision>
class InferenceStage<Node<Residual<Main, Shortcut>, Place>, In, Backend, Precision> {
 public:
  using Output = LayerOutput<Residual<Main, Shortcut>, In>;
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
    if constexpr (identity) return sum(pass, a, x);
    else return sum(pass, a, shortcut_.forward(pass, x));
  }

 private:
  template <class A, class B>
  FlowingOf<Output> sum(InferencePass<Backend>& pass, A const& a, B const& b) {
    bool const repeated = a.repeated && b.repeated;
    auto const y = first_pixels(y_, pass.frames(repeated) * Output::shape.pixels());
    if (pass.computes(repeated)) add(pass.exec, a.view, b.view, y);
    return {y, repeated};
  }

  struct Nothing {};
  template <class Layer>
  struct Branch {
    using type = InferenceChainOf<Layer, In, Backend, Precision>;
  };

  typename Branch<Main>::type main_;
  [[no_unique_address]]
  typename std::conditional_t<identity, std::type_identity<Nothing>, Branch<Shortcut>>::type shortcut_;
  Activation<Analog, float> y_;
};

}  // namespace tet::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/flatten.hpp>
#include <tet/layer/sequential.hpp>
#include <tet/model/stage/stage.hpp>

namespace tet::detail {

/// Whether a Flatten of this signal moves bits.
template <class In>
inline constexpr bool flatten_moves = std::is_same_v<typename In::Kind, Spike>&& In::shape.channels() % 64 != 0;

/// A Flatten is a change of view; only spikes whose channels do not fill whole words move.
template <class Place, class In, class Backend, class Scalar>
class Stage<Node<Flatten, Place>, In, Backend, Scalar> {
 public:
  using Output = LayerOutput<Flatten, In>;
  static constexpr bool moves = flatten_moves<In>;

  void place(TensorCursor&) {}

  Flow plan(Planner<Backend>& planner, Flow flow) {
    flow_ = flow;
    if constexpr (moves) y_ = take_activation<Output, Scalar>(planner.arena, flow.frames());
    return flow;
  }

  auto forward(Pass<Backend, Scalar>& pass, InputOf<In, Scalar> x) {
    if constexpr (moves) flatten_spikes(pass.exec, x, y_);
    else y_ = {x.data, flow_.frames(), Output::shape.size()};
    return y_;
  }

  static constexpr GradientPlace gradient_place = GradientPlace::view;
  static constexpr bool owns_output = moves;
  GradientView<Scalar> input_gradient(GradientView<Scalar> dy) const { return dy; }
  void plan_gradients(Planner<Backend>&) {}

  template <class Visit>
  void visit_tensors(std::string const&, Visit&) const {}
  void describe(std::string const& prefix, std::vector<LayerRow>& rows) const {
    rows.push_back(layer_row<Flatten, Output>(prefix + Place::prefix()));
    if (moves) rows.back().bytes = bytes_of<Output, Scalar>(flow_.frames());
  }
  template <class Visit>
  void visit_signals(std::string const&, Visit&) const {}

 private:
  Flow flow_;
  Activation<typename Output::Kind, Scalar> y_;
};

}  // namespace tet::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/max_pool2d.hpp>
#include <tet/layer/sequential.hpp>
#include <tet/model/stage/stage.hpp>

namespace tet::detail {

/// A max pooling keeps no winners: backward finds them again in its input. So its gradient cannot be read through windows,
/// as that of an average can; it has room of its own.
template <auto options, class Place, class In, class Backend, class Scalar>
class Stage<Node<MaxPool2d<options>, Place>, In, Backend, Scalar> {
 public:
  using Layer = MaxPool2d<options>;
  using Output = LayerOutput<Layer, In>;

  void place(TensorCursor&) {}

  Flow plan(Planner<Backend>& planner, Flow flow) {
    flow_ = flow;
    y_ = take_activation<Output, Scalar>(planner.arena, flow.frames());
    return flow;
  }

  auto forward(Pass<Backend, Scalar>& pass, InputOf<In, Scalar> x) {
    x_ = x;
    pool_forward(pass.exec, Layer::template geometry<In>(flow_.frames()), x, y_);
    return y_;
  }

  static constexpr GradientPlace gradient_place = GradientPlace::room;
  static constexpr bool owns_output = true;
  Index input_elements() const { return flow_.frames() * In::shape.size(); }
  void plan_gradients(Planner<Backend>&) {}

  void backward(Pass<Backend, Scalar>& pass, GradientView<Scalar> dy, Scalar* dx, InputGradient input) {
    if (input == InputGradient::computed)
      pool_backward(pass.exec, Layer::template geometry<In>(flow_.frames()), x_, dy.data, dx);
  }

  template <class Visit>
  void visit_tensors(std::string const&, Visit&) const {}
  void describe(std::string const& prefix, std::vector<LayerRow>& rows) const {
    rows.push_back(layer_row<Layer, Output>(prefix + Place::prefix()));
    rows.back().bytes = bytes_of<Output, Scalar>(flow_.frames());
  }
  template <class Visit>
  void visit_signals(std::string const&, Visit&) const {}

 private:
  Flow flow_;
  InputOf<In, Scalar> x_;
  Activation<typename Output::Kind, Scalar> y_;
};

}  // namespace tet::detail

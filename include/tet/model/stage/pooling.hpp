// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/avg_pool2d.hpp>
#include <tet/layer/global_avg_pool.hpp>
#include <tet/layer/sequential.hpp>
#include <tet/model/stage/stage.hpp>

#include <string>
#include <vector>

namespace tet::detail {

/// All of a pooling but its backward.
template <class Node, class In, class Backend, class Scalar>
class PoolStage {
 public:
  using Layer = typename Node::Layer;
  using Output = LayerOutput<Layer, In>;

  void place(TensorCursor&) {}

  Flow plan(Planner<Backend>& planner, Flow flow) {
    flow_ = flow;
    y_ = take_activation<Output, Scalar>(planner.arena, flow.frames());
    return flow;
  }

  auto forward(Pass<Backend, Scalar>& pass, InputOf<In, Scalar> x) {
    pool_forward(pass.exec, geometry(), x, y_);
    return y_;
  }

  static constexpr GradientPlace gradient_place = GradientPlace::room;
  static constexpr bool owns_output = true;
  Index input_elements() const { return flow_.frames() * In::shape.size(); }
  void plan_gradients(Planner<Backend>&) {}

  template <class Visit>
  void visit_tensors(std::string const&, Visit&) const {}
  void describe(std::string const& prefix, std::vector<LayerRow>& rows) const {
    rows.push_back(layer_row<Layer, Output>(prefix + Node::Place::prefix()));
    rows.back().bytes = bytes_of<Output, Scalar>(flow_.frames());
  }
  template <class Visit>
  void visit_signals(std::string const&, Visit&) const {}

 protected:
  auto geometry() const { return Layer::template geometry<In>(flow_.frames()); }

 private:
  Flow flow_;
  Activation<typename Output::Kind, Scalar> y_;
};

/// A mean. Its gradient can be read through the windows: behind a layer that does so, the chain asks for input_gradient
/// instead of backward.
template <class Node, class In, class Backend, class Scalar>
class AveragePoolStage : public PoolStage<Node, In, Backend, Scalar> {
 public:
  static constexpr bool pools = true;

  void backward(Pass<Backend, Scalar>& pass, GradientView<Scalar> dy, Scalar* dx, InputGradient input) {
    if (input == InputGradient::computed) pool_backward(pass.exec, this->geometry(), dy.data, dx);
  }
  GradientView<Scalar> input_gradient(GradientView<Scalar> dy) const { return {dy.data, this->geometry()}; }
};

template <Index Window, class Place, class In, class Backend, class Scalar>
class Stage<Node<AvgPool2d<Window>, Place>, In, Backend, Scalar>
    : public AveragePoolStage<Node<AvgPool2d<Window>, Place>, In, Backend, Scalar> {};

template <class Place, class In, class Backend, class Scalar>
class Stage<Node<GlobalAvgPool, Place>, In, Backend, Scalar>
    : public AveragePoolStage<Node<GlobalAvgPool, Place>, In, Backend, Scalar> {};

}  // namespace tet::detail

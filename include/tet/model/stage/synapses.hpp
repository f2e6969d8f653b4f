// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/conv2d.hpp>
#include <tet/layer/linear.hpp>
#include <tet/model/stage/stage.hpp>

namespace tet::detail {

/// Conv2d, and Linear as a 1x1 convolution: weights of shape [taps][in][out].
template <class Node, class In, class Backend, class Scalar>
class SynapseStage {
 public:
  using Layer = typename Node::Layer;
  using Output = LayerOutput<Layer, In>;

  void place(TensorCursor& cursor) {
    weight_ = cursor.take(Layer::template weight<In>);
    if constexpr (Layer::has_bias) bias_ = cursor.take(Layer::template bias<In>);
  }

  Flow plan(Planner<Backend>& planner, Flow flow) {
    flow_ = flow;
    geometry_ = Layer::template geometry<In>(flow.frames());
    geometry_.timesteps = flow.repeated ? 1 : flow.timesteps;
    choice_ = synapse_choice<typename In::Kind, Scalar>(planner.exec, geometry_);
    y_ = take_activation<Output, Scalar>(planner.arena, flow.frames());
    planner.need_workspace(synapse_workspace<typename In::Kind, Scalar>(planner.exec, geometry_));
    return flow;
  }

  auto forward(Pass<Backend, Scalar>& pass, InputOf<In, Scalar> x) {
    x_ = x;
    synapses_forward(pass.exec, geometry_, x, pass.parameters + weight_, bias(pass.parameters), y_.data,
                     pass.workspace);
    return y_;
  }

  static constexpr GradientPlace gradient_place = GradientPlace::room;
  static constexpr bool owns_output = true;
  Index input_elements() const { return flow_.frames() * In::shape.size(); }
  void plan_gradients(Planner<Backend>&) {}

  void backward(Pass<Backend, Scalar>& pass, GradientView<Scalar> dy, Scalar* dx, InputGradient input) {
    synapses_weight_gradient(pass.exec, geometry_, x_, dy.data, pass.gradients + weight_, bias(pass.gradients),
                             pass.workspace);
    if (input == InputGradient::computed)
      synapses_input_gradient(pass.exec, geometry_, static_cast<Scalar const*>(pass.parameters + weight_), dy.data, dx,
                              pass.workspace);
  }

  template <class Visit>
  void visit_tensors(std::string const& prefix, Visit& visit) const {
    std::string const place = prefix + Node::Place::prefix();
    visit(place + "weight", Layer::template weight<In>, weight_);
    if constexpr (Layer::has_bias) visit(place + "bias", Layer::template bias<In>, bias_);
  }

  void describe(std::string const& prefix, std::vector<LayerRow>& rows) const {
    LayerRow row = layer_row<Layer, Output>(prefix + Node::Place::prefix());
    row.parameters = Layer::template weight<In>.count() + (Layer::has_bias ? Output::shape.channels() : 0);
    row.macs = Layer::template macs<In>();
    row.bytes = bytes_of<Output, Scalar>(flow_.frames());
    row.choice = choice_;
    rows.push_back(row);
  }

  template <class Visit>
  void visit_signals(std::string const& prefix, Visit& visit) const {
    visit.synapses(prefix + Node::Place::prefix(), geometry_, x_);
  }

 private:
  Scalar* bias(Scalar* base) const { return Layer::has_bias ? base + bias_ : nullptr; }

  Index weight_ = 0, bias_ = 0;
  Flow flow_;
  ConvGeometry geometry_;
  ConvChoice choice_;
  InputOf<In, Scalar> x_;
  Activation<Analog, Scalar> y_;
};

template <Index Out, auto options, class Place, class In, class Backend, class Scalar>
class Stage<Node<Conv2d<Out, options>, Place>, In, Backend, Scalar>
    : public SynapseStage<Node<Conv2d<Out, options>, Place>, In, Backend, Scalar> {};

template <Index Out, Bias bias, class Place, class In, class Backend, class Scalar>
class Stage<Node<Linear<Out, bias>, Place>, In, Backend, Scalar>
    : public SynapseStage<Node<Linear<Out, bias>, Place>, In, Backend, Scalar> {};

}  // namespace tet::detail

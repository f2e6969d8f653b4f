// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/neuron_call.hpp>
#include <tet/layer/sequential.hpp>
#include <tet/model/stage/batch_norm.hpp>
#include <tet/model/stage/stage.hpp>

#include <array>

namespace tet::detail {

/// Tensors of one layer of neurons: its learnable parameters, if it has any.
template <class Node, class In>
class NeuronTensors {
 public:
  using Neuron = typename Node::Layer;
  static constexpr auto const& learnable = neuron_parameters<Neuron>;
  static constexpr int learned = int(learnable.size());
  static_assert(learned <= max_neuron_parameters, "tet: a neuron may have at most 8 learnable parameters");

  static constexpr ParameterSpec spec(std::size_t i) {
    bool const shared = learnable[i].sharing == Sharing::per_layer;
    ParameterSpec const plain{.name = learnable[i].name,
                              .layout = shared ? Layout::plain : Layout::feature,
                              .shape = {shared ? Index(1) : In::shape.channels()},
                              .rank = 1,
                              .initial = learnable[i].initial};
    return shared ? plain : after_flatten<In>(plain);
  }

  void place(TensorCursor& cursor) {
    for (int i = 0; i < learned; ++i) offsets_[std::size_t(i)] = cursor.take(spec(std::size_t(i)));
  }

  template <class Call, class Scalar>
  void point_to_values(Call& call, Scalar const* base) const {
    for (int i = 0; i < learned; ++i) call.parameters[i] = base + offsets_[std::size_t(i)];
  }
  template <class Scalar>
  void point_to_gradients(NeuronGradients<Scalar>& gradients, Scalar* base) const {
    for (int i = 0; i < learned; ++i) gradients.parameters[i] = base + offsets_[std::size_t(i)];
  }

  template <class Visit>
  void visit_tensors(std::string const& prefix, Visit& visit) const {
    for (int i = 0; i < learned; ++i)
      visit(prefix + Node::Place::prefix() + learnable[std::size_t(i)].name, spec(std::size_t(i)),
            offsets_[std::size_t(i)]);
  }
  Index count() const {
    Index total = 0;
    for (int i = 0; i < learned; ++i) total += spec(std::size_t(i)).count();
    return total;
  }

 private:
  std::array<Index, learnable.size()> offsets_{};
};

/// A layer of neurons on its input as it is (Norm void), or normalised on the way by a BatchNorm before it.
template <class NeuronNode, class NormNode, class In, class Backend, class Scalar>
class NeuronStage {
 public:
  using Neuron = typename NeuronNode::Layer;
  using Output = LayerOutput<Neuron, In>;
  static constexpr bool normalised = !std::is_void_v<NormNode>;
  using Normalise = std::conditional_t<normalised, Normalisation<Scalar>, NoNormalisation>;

  void place(TensorCursor& cursor) {
    if constexpr (normalised) norm_.place(cursor);
    tensors_.place(cursor);
  }

  Flow plan(Planner<Backend>& planner, Flow flow) {
    flow_ = flow;
    Index const pixels = flow.batch * In::shape.pixels();
    if constexpr (normalised) norm_.plan(planner, flow);
    planner.need_workspace(
        neuron_workspace<Neuron, Normalise, Scalar>(planner.exec, flow.timesteps, pixels, In::shape.channels()));
    s_ = take_activation<Output, Scalar>(planner.arena, flow.timesteps * flow.batch);
    return {flow.timesteps, flow.batch, false};
  }

  auto forward(Pass<Backend, Scalar>& pass, InputOf<In, Scalar> x) {
    call_ = {
        .x = x, .repeated = flow_.repeated, .timesteps = flow_.timesteps, .pixels = flow_.batch * In::shape.pixels()};
    if constexpr (normalised) call_.normalise = norm_.prepare(pass, x);
    tensors_.point_to_values(call_, pass.parameters);
    neuron_forward<Neuron>(pass.exec, call_, s_);
    return s_;
  }

  static constexpr GradientPlace gradient_place =
      std::is_same_v<typename In::Kind, Analog> ? GradientPlace::input : GradientPlace::room;
  static constexpr bool reads_pooled_gradient = true;
  static constexpr bool owns_output = true;
  Index input_elements() const { return flow_.frames() * In::shape.size(); }
  auto* input_values() { return call_.x.data; }
  void plan_gradients(Planner<Backend>&) {}

  void backward(Pass<Backend, Scalar>& pass, GradientView<Scalar> ds, Scalar* dx, InputGradient input) {
    NeuronGradients<Scalar> gradients;
    tensors_.point_to_gradients(gradients, pass.gradients);
    if constexpr (normalised) {
      gradients.shift = norm_.sum_dy();
      gradients.centred = norm_.sum_centred();
      neuron_backward<Neuron>(pass.exec, call_, ds, nullptr, gradients, pass.workspace);
      BatchNormGradient<Scalar> const coefficients = norm_.finish(pass, call_.x);
      if (input == InputGradient::computed)
        neuron_input_gradient<Neuron>(pass.exec, call_, ds, coefficients, nullptr, dx, pass.workspace);
    } else {
      neuron_backward<Neuron>(pass.exec, call_, ds, input == InputGradient::computed ? dx : nullptr, gradients,
                              pass.workspace);
    }
  }

  template <class Visit>
  void visit_tensors(std::string const& prefix, Visit& visit) const {
    if constexpr (normalised) norm_.visit_tensors(prefix, visit);
    tensors_.visit_tensors(prefix, visit);
  }

  void describe(std::string const& prefix, std::vector<LayerRow>& rows) const {
    if constexpr (normalised) rows.push_back(norm_.row(prefix));
    LayerRow row = layer_row<Neuron, Output>(prefix + NeuronNode::Place::prefix());
    row.parameters = tensors_.count();
    row.bytes = bytes_of<Output, Scalar>(flow_.timesteps * flow_.batch);
    rows.push_back(row);
  }

  template <class Visit>
  void visit_signals(std::string const& prefix, Visit& visit) const {
    if constexpr (requires { visit.template neurons<Neuron>(prefix, call_); })
      visit.template neurons<Neuron>(prefix + NeuronNode::Place::prefix(), call_);
    visit.spikes(prefix + NeuronNode::Place::prefix(), s_);
  }

 private:
  struct NoNorm {};
  template <class Norm>
  struct NormTensors {
    using type = BatchNormTensors<Norm, In, Scalar>;
  };
  using Tensors = typename std::conditional_t<normalised, NormTensors<NormNode>, std::type_identity<NoNorm>>::type;

  [[no_unique_address]] Tensors norm_;
  NeuronTensors<NeuronNode, In> tensors_;
  Flow flow_;
  NeuronCall<typename In::Kind, Normalise, Scalar> call_;
  Activation<typename Output::Kind, Scalar> s_;
};

template <NeuronModel Neuron, class Place, class In, class Backend, class Scalar>
class Stage<Node<Neuron, Place>, In, Backend, Scalar>
    : public NeuronStage<Node<Neuron, Place>, void, In, Backend, Scalar> {};

template <class BatchNormNode, class NeuronNode, class In, class Backend, class Scalar>
class Stage<FusedNode<BatchNormNode, NeuronNode>, In, Backend, Scalar>
    : public NeuronStage<NeuronNode, BatchNormNode, In, Backend, Scalar> {};

}  // namespace tet::detail

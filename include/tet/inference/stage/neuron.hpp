// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/neuron_call.hpp>
#include <tet/inference/stage/batch_norm.hpp>
#include <tet/model/stage/neuron.hpp>

#include <type_traits>

namespace tet::detail {

/// A layer of neurons: its learnable parameters, the state that it carries from one timestep to the next, and its
/// output.
template <class Node, class In>
class FrozenNeurons {
 public:
  using Neuron = typename Node::Layer;
  using Output = LayerOutput<Neuron, In>;

  void place(TensorCursor& cursor) { tensors_.place(cursor); }

  template <class Backend>
  void plan(InferencePlanner<Backend>& planner, Flow flow) {
    for (int i = 0; i < tensors_.learned; ++i)
      parameters_[i] = planner.weights.template take<float>(tensors_.spec(std::size_t(i)).count());
    state_ = planner.state.template take<float>(neuron_state_size<Neuron> * flow.batch * In::shape.size());
    s_ = take_activation<Output, float>(planner.signals, flow.timesteps * flow.batch);
  }

  template <class Backend>
  void freeze(Backend&, TrainedValues const& values) {
    NeuronCall<Analog, NoNormalisation, float> trained;
    tensors_.point_to_values(trained, values.parameters.data());
    for (int i = 0; i < tensors_.learned; ++i)
      Backend::upload(reinterpret_cast<std::byte*>(parameters_[i]), trained.parameters[i],
                      tensors_.spec(std::size_t(i)).count() * Index(sizeof(float)));
  }

  template <class Backend, class Kind, class Normalise>
  NeuronCall<Kind, Normalise, float> call(InferencePass<Backend> const& pass, Activation<Kind, float> x, bool repeated,
                                          Normalise const& normalise) const {
    NeuronCall<Kind, Normalise, float> call{.x = x,
                                            .repeated = repeated,
                                            .timesteps = pass.timesteps,
                                            .pixels = pass.batch * In::shape.pixels(),
                                            .normalise = normalise,
                                            .initial_state = state_,
                                            .final_state = state_};
    std::copy(parameters_, parameters_ + tensors_.learned, call.parameters);
    return call;
  }

  template <class Backend>
  Activation<typename Output::Kind, float> output(InferencePass<Backend> const& pass) const {
    return first_pixels(s_, pass.frames(false) * In::shape.pixels());
  }

 private:
  NeuronTensors<Node, In> tensors_;
  float* parameters_[max_neuron_parameters] = {};
  float* state_ = nullptr;
  Activation<typename Output::Kind, float> s_;
};

/// Neurons on any signal, normalised on the way where a BatchNorm stands before them.
template <class NormNode, class NeuronNode, class In, class Backend, class Precision>
class InferenceStage<NeuronGroup<NormNode, NeuronNode>, In, Backend, Precision> {
 public:
  using Neurons = FrozenNeurons<NeuronNode, In>;
  using Output = typename Neurons::Output;

  void place(TensorCursor& cursor) {
    if constexpr (normalised) norm_.place(cursor);
    neurons_.place(cursor);
  }

  Flow plan(InferencePlanner<Backend>& planner, Flow flow) {
    if constexpr (normalised) norm_.plan(planner);
    neurons_.plan(planner, flow);
    return {flow.timesteps, flow.batch, false};
  }

  void freeze(Backend& exec, TrainedValues const& values) {
    if constexpr (normalised) norm_.freeze(exec, values);
    neurons_.freeze(exec, values);
  }

  FlowingOf<Output> forward(InferencePass<Backend>& pass, FlowingOf<In> x) {
    auto const s = neurons_.output(pass);
    if constexpr (normalised)
      neuron_forward<typename Neurons::Neuron>(pass.exec,
                                               neurons_.call(pass, x.view, x.repeated, norm_.normalisation()), s);
    else
      neuron_forward<typename Neurons::Neuron>(pass.exec, neurons_.call(pass, x.view, x.repeated, NoNormalisation{}),
                                               s);
    return {s, false};
  }

 private:
  static constexpr bool normalised = !std::is_void_v<NormNode>;
  struct NoNorm {};
  template <class Norm>
  struct Frozen {
    using type = FrozenNorm<Norm, In>;
  };
  using Norm = typename std::conditional_t<normalised, Frozen<NormNode>, std::type_identity<NoNorm>>::type;

  [[no_unique_address]] Norm norm_;
  Neurons neurons_;
};

}  // namespace tet::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/neuron_call.hpp>
#include <tet/inference/fold.hpp>
#include <tet/inference/stage/stage.hpp>
#include <tet/model/stage/batch_norm.hpp>

namespace tet::detail {

/// What a trained BatchNorm does, from where the model keeps its tensors.
template <class Node, class In>
ChannelAffine affine_of(BatchNormPlaces<Node, In> const& at, TrainedValues const& values) {
  float const *const parameters = values.parameters.data(), *const statistics = values.statistics.data();
  return {In::shape.channels(),         parameters + at.weight,           parameters + at.bias,
          statistics + at.running_mean, statistics + at.running_variance, Node::Layer::options.epsilon};
}

/// A BatchNorm with constant statistics in a backend's memory.
template <class Node, class In>
class FrozenNorm {
 public:
  void place(TensorCursor& cursor) { places_.place(cursor); }

  template <class Backend>
  void plan(InferencePlanner<Backend>& planner) {
    for (float** buffer : {&mean_, &scale_, &shift_})
      *buffer = planner.weights.template take<float>(In::shape.channels());
  }

  template <class Backend>
  void freeze(Backend&, TrainedValues const& values) {
    ChannelAffine const a = affine_of(places_, values);
    Index const bytes = In::shape.channels() * Index(sizeof(float));
    Backend::upload(reinterpret_cast<std::byte*>(mean_), a.mean.data(), bytes);
    Backend::upload(reinterpret_cast<std::byte*>(scale_), a.scale.data(), bytes);
    Backend::upload(reinterpret_cast<std::byte*>(shift_), a.shift.data(), bytes);
  }

  Normalisation<float> normalisation() const { return {mean_, scale_, shift_}; }

 private:
  BatchNormPlaces<Node, In> places_;
  float *mean_ = nullptr, *scale_ = nullptr, *shift_ = nullptr;
};

/// A BatchNorm that neither synapses precede nor a neuron follows stays a step of its own.
template <BatchNormOptions options, class Place, class In, class Backend, class Precision>
class InferenceStage<Node<BatchNorm<options>, Place>, In, Backend, Precision> {
 public:
  using Output = LayerOutput<BatchNorm<options>, In>;

  void place(TensorCursor& cursor) { norm_.place(cursor); }

  Flow plan(InferencePlanner<Backend>& planner, Flow flow) {
    norm_.plan(planner);
    y_ = take_activation<Output, float>(planner.signals, flow.timesteps * flow.batch);
    return flow;
  }

  void freeze(Backend& exec, TrainedValues const& values) { norm_.freeze(exec, values); }

  FlowingOf<Output> forward(InferencePass<Backend>& pass, FlowingOf<In> x) {
    auto const y = first_pixels(y_, x.view.pixels);
    Normalisation<float> const n = norm_.normalisation();
    if (pass.computes(x.repeated)) batch_norm_forward(pass.exec, x.view, n.mean, n.scale, n.shift, y);
    return {y, x.repeated};
  }

 private:
  FrozenNorm<Node<BatchNorm<options>, Place>, In> norm_;
  Activation<Analog, float> y_;
};

}  // namespace tet::detail

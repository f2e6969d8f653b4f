// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/neuron_call.hpp>
#include <tet/inference/fold.hpp>
#include <tet/inference/stage/stage.hpp>

namespace tet::detail {

/// Where a model keeps the tensors of a BatchNorm.
template <class Node, class In>
class NormPlaces {
 public:
  using Layer = typename Node::Layer;
  static constexpr Index channels = In::shape.channels();

  void place(TensorCursor& cursor) {
    weight_ = cursor.take(Layer::template weight<In>);
    bias_ = cursor.take(Layer::template bias<In>);
    mean_ = cursor.take(Layer::template running_mean<In>);
    variance_ = cursor.take(Layer::template running_variance<In>);
  }

  ChannelAffine affine(TrainedValues const& values) const {
    float const *const parameters = values.parameters.data(), *const statistics = values.statistics.data();
    return {channels,           parameters + weight_,   parameters + bias_,
            statistics + mean_, statistics + variance_, Layer::options.epsilon};
  }

 private:
  Index weight_ = 0, bias_ = 0, mean_ = 0, variance_ = 0;
};

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
    ChannelAffine const a = places_.affine(values);
    Index const bytes = In::shape.channels() * Index(sizeof(float));
    Backend::upload(reinterpret_cast<std::byte*>(mean_), a.mean.data(), bytes);
    Backend::upload(reinterpret_cast<std::byte*>(scale_), a.scale.data(), bytes);
    Backend::upload(reinterpret_cast<std::byte*>(shift_), a.shift.data(), bytes);
  }

  Normalisation<float> normalisation() const { return {mean_, scale_, shift_}; }

 private:
  NormPlaces<Node, In> places_;
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

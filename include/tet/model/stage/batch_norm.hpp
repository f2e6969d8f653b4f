// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/batch_norm.hpp>
#include <tet/core/neuron_call.hpp>
#include <tet/layer/batch_norm.hpp>
#include <tet/model/stage/stage.hpp>

namespace tet::detail {

/// Where a model keeps the tensors of a BatchNorm: the first two among its parameters, the others among its statistics.
template <class Node, class In>
struct BatchNormPlaces {
  using Layer = typename Node::Layer;

  Index weight = 0, bias = 0, running_mean = 0, running_variance = 0;

  void place(TensorCursor& cursor) {
    weight = cursor.take(Layer::template weight<In>);
    bias = cursor.take(Layer::template bias<In>);
    running_mean = cursor.take(Layer::template running_mean<In>);
    running_variance = cursor.take(Layer::template running_variance<In>);
  }
};

/// Tensors and per-channel buffers of one BatchNorm, alone or fused with the neuron after it.
template <class Node, class In, class Scalar>
class BatchNormTensors {
 public:
  using Layer = typename Node::Layer;
  static constexpr Index channels = In::shape.channels();

  void place(TensorCursor& cursor) { at_.place(cursor); }

  template <class Backend>
  void plan(Planner<Backend>& planner, Flow flow) {
    flow_ = flow;
    for (Scalar** buffer : {&mean_, &variance_, &inverse_, &scale_, &sum_dy_, &sum_centred_, &mean_dy_, &slope_})
      *buffer = planner.arena.template take<Scalar>(channels);
    planner.need_workspace(batch_norm_workspace(planner.exec, flow.frames() * In::shape.pixels(), channels));
  }

  /// Statistics for this call: the batch's, which also enter the running ones, or the running ones.
  template <class Backend>
  Normalisation<Scalar> prepare(Pass<Backend, Scalar>& pass, InputOf<In, Scalar> x) {
    mode_ = pass.mode;
    Scalar* const running_mean = pass.statistics + at_.running_mean;
    Scalar* const running_variance = pass.statistics + at_.running_variance;
    if (pass.mode == Mode::training) {
      batch_norm_moments(pass.exec, x, mean_, variance_, pass.workspace);
      Index const count = flow_.timesteps * flow_.batch * In::shape.pixels();
      batch_norm_track(pass.exec, BatchNormMoments<Scalar>{channels, mean_, variance_, running_mean, running_variance},
                       pass.statistics_share.value_or(Layer::options.momentum), count);
    }
    used_mean_ = mode_ == Mode::training ? mean_ : running_mean;
    Scalar const* const variance = mode_ == Mode::training ? variance_ : running_variance;
    batch_norm_scale(pass.exec, channels, variance, static_cast<Scalar const*>(pass.parameters + at_.weight),
                     Layer::options.epsilon, inverse_, scale_);
    return {used_mean_, scale_, pass.parameters + at_.bias};
  }

  Scalar* sum_dy() { return sum_dy_; }
  Scalar* sum_centred() { return sum_centred_; }
  Scalar const* mean() const { return used_mean_; }

  /// From the two sums: gradients of weight and bias; returns the coefficients of dL/dx.
  template <class Backend>
  BatchNormGradient<Scalar> finish(Pass<Backend, Scalar>& pass, InputOf<In, Scalar> x) {
    Index const n = mode_ == Mode::training ? x.pixels : 0;
    batch_norm_finish(pass.exec, channels, n, static_cast<Scalar const*>(inverse_), static_cast<Scalar const*>(sum_dy_),
                      static_cast<Scalar const*>(sum_centred_), pass.gradients + at_.weight, pass.gradients + at_.bias,
                      mean_dy_, slope_);
    return {scale_, mean_dy_, slope_};
  }

  template <class Visit>
  void visit_tensors(std::string const& prefix, Visit& visit) const {
    std::string const place = prefix + Node::Place::prefix();
    visit(place + "weight", Layer::template weight<In>, at_.weight);
    visit(place + "bias", Layer::template bias<In>, at_.bias);
    visit(place + "running_mean", Layer::template running_mean<In>, at_.running_mean);
    visit(place + "running_var", Layer::template running_variance<In>, at_.running_variance);
    visit(place + "num_batches_tracked", Layer::batches_tracked, Index(0));
  }

  LayerRow row(std::string const& prefix) const {
    LayerRow row = layer_row<Layer, typename Layer::template Output<In>>(prefix + Node::Place::prefix());
    row.parameters = 2 * channels;
    return row;
  }

 private:
  BatchNormPlaces<Node, In> at_;
  Flow flow_;
  Mode mode_ = Mode::training;
  Scalar const* used_mean_ = nullptr;
  Scalar *mean_ = nullptr, *variance_ = nullptr, *inverse_ = nullptr, *scale_ = nullptr;
  Scalar *sum_dy_ = nullptr, *sum_centred_ = nullptr, *mean_dy_ = nullptr, *slope_ = nullptr;
};

/// A BatchNorm that no neuron follows, as at the end of a residual branch.
template <BatchNormOptions options, class Place, class In, class Backend, class Scalar>
class Stage<Node<BatchNorm<options>, Place>, In, Backend, Scalar> {
 public:
  using Output = LayerOutput<BatchNorm<options>, In>;

  void place(TensorCursor& cursor) { tensors_.place(cursor); }

  Flow plan(Planner<Backend>& planner, Flow flow) {
    flow_ = flow;
    tensors_.plan(planner, flow);
    y_ = take_activation<Output, Scalar>(planner.arena, flow.frames());
    return flow;
  }

  auto forward(Pass<Backend, Scalar>& pass, InputOf<In, Scalar> x) {
    x_ = x;
    Normalisation<Scalar> const n = tensors_.prepare(pass, x);
    batch_norm_forward(pass.exec, x, n.mean, n.scale, n.shift, y_);
    return y_;
  }

  static constexpr GradientPlace gradient_place =
      std::is_same_v<typename In::Kind, Analog> ? GradientPlace::input : GradientPlace::room;
  static constexpr bool owns_output = true;
  Index input_elements() const { return flow_.frames() * In::shape.size(); }
  auto* input_values() { return x_.data; }
  void plan_gradients(Planner<Backend>&) {}

  void backward(Pass<Backend, Scalar>& pass, GradientView<Scalar> dy, Scalar* dx, InputGradient input) {
    batch_norm_sums(pass.exec, x_, tensors_.mean(), dy.data, tensors_.sum_dy(), tensors_.sum_centred(), pass.workspace);
    BatchNormGradient<Scalar> const coefficients = tensors_.finish(pass, x_);
    if (input == InputGradient::computed)
      batch_norm_input_gradient(pass.exec, x_, tensors_.mean(), coefficients, dy.data, dx);
  }

  template <class Visit>
  void visit_tensors(std::string const& prefix, Visit& visit) const {
    tensors_.visit_tensors(prefix, visit);
  }
  void describe(std::string const& prefix, std::vector<LayerRow>& rows) const {
    rows.push_back(tensors_.row(prefix));
    rows.back().bytes = bytes_of<Output, Scalar>(flow_.frames());
  }
  template <class Visit>
  void visit_signals(std::string const&, Visit&) const {}

 private:
  BatchNormTensors<Node<BatchNorm<options>, Place>, In, Scalar> tensors_;
  Flow flow_;
  InputOf<In, Scalar> x_;
  Activation<Analog, Scalar> y_;
};

}  // namespace tet::detail

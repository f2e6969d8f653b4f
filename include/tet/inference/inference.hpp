// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/storage.hpp>
#include <tet/inference/chain.hpp>
#include <tet/inference/stage/residual.hpp>
#include <tet/layer/network.hpp>
#include <tet/model/input_batch.hpp>
#include <tet/model/load_input.hpp>
#include <tet/model/model.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <string>

namespace tet {

struct InferenceOptions {
  Index batch_size = 1;  ///< of the largest call
  /// Of a sequence in `run`, at most: weights are read once for all of them, memory grows with them.
  Index timesteps_at_once = 5;
};

/// Values in host memory, in one piece.
template <class Range>
concept HostRange = requires(Range const& range) {
  *std::data(range);
  std::size(range);
};

/// Outputs of one timestep, valid until the next call. Shape: [batch, classes].
struct InferenceStep {
  std::span<float const> logits;
  std::span<float const> mean;  ///< over the timesteps since the sequence began
};

/// A trained network that only runs: BatchNorm folded into weights, membrane potentials carried from one timestep to
/// the next, no memory for gradients, no allocation after construction.
///
///   Inference engine{model};                      Inference<Net, Cpu, Int8> small{model};
///   engine.run(batch);                            // a whole sequence: mean logits
///   engine.reset(), engine.step(frame);           // one timestep at a time: logits and their mean so far
///   engine.show(image), engine.step();            // an image that stays: what depends on it alone is computed once
///
/// Weights are copied: later training does not reach them. Memory does not depend on the number of timesteps.
/// Error: Float32 differs from the model's outputs by rounding (folding, other kernels) unless a membrane potential
///        lies within that
///        rounding of its threshold; then a spike may differ. Int8 gives exactly what its quantised weights give: sums
/// over spikes and
///        counts are whole numbers; analog input (an image) meets the quantised weights in float.
/// Order: the same bits for any number of threads; with Int8, or with one timestep at once, `step` and `run` give the
///        same bits, too.
template <class Net, class Backend_, class Precision_ = Float32>
class Inference {
 public:
  using Network = Net;
  using Backend = Backend_;
  using Precision = Precision_;
  using Scalar = float;  ///< of logits
  using In = typename Net::InputSignal;
  using Out = typename Net::OutputSignal;
  static constexpr Index classes = Out::shape.size();
  static_assert(std::is_same_v<typename Out::Kind, Analog>,
                "tet::Inference: a network must end in analog values; put tet::Linear<classes> at its end");
  static_assert(std::is_same_v<Precision, Float32> || std::is_same_v<Precision, Int8>,
                "tet::Inference: the third argument is how weights are kept, tet::Float32 or tet::Int8");

  /// Throws: std::invalid_argument for options below 1; NumericError for a parameter that is not finite.
  template <class ModelBackend, class Scalar>
  explicit Inference(Model<Net, ModelBackend, Scalar> const& model, InferenceOptions options = {},
                     Backend exec = Backend{})
      : exec_(std::move(exec)), options_(options) {
    if (options.batch_size < 1)
      refuse("batch size of an inference engine", std::to_string(options.batch_size), "at least 1");
    if (options.timesteps_at_once < 1)
      refuse("timesteps at once of an inference engine", std::to_string(options.timesteps_at_once), "at least 1");
    check_finite(model);
    detail::TensorCursor cursor;
    chain_.place(cursor);
    detail::InferencePlanner<Backend> measure{exec_, {}, {}, {}};
    plan(measure);
    weights_ = Bytes(measure.weights.peak());
    state_ = Bytes(measure.state.peak());
    signals_ = Bytes(measure.signals.peak());
    workspace_ = Bytes(measure.workspace);
    detail::InferencePlanner<Backend> planner{exec_, arena(weights_), arena(state_), arena(signals_)};
    plan(planner);
    chain_.freeze(exec_, {floats(model.parameter_storage()), floats(model.statistic_storage())});
  }

  /// Forgets all timesteps: membrane potentials are 0 again, an image shown is gone.
  void reset() {
    state_.clear();
    steps_ = 0;
    shown_ = false;
  }

  /// The next timestep of a sequence. The first call after `run` begins a new one.
  /// Shape:  frame [batch_size, H, W, C] in any container that lies in one piece, of the options' batch size.
  /// Throws: std::invalid_argument for a wrong size, and for a value that the network's input cannot hold; potentials
  ///         stay as they were.
  template <HostRange Range>
  InferenceStep step(Range const& frame) {
    check_size(std::size(frame), options_.batch_size);
    shown_ = false;
    load(std::data(frame), options_.batch_size);
    if (finished_) reset();
    finished_ = false;
    return advance(1, options_.batch_size, false, steps_ == 0);
  }

  /// Begins a sequence in which the same image stands at every timestep; `step()` runs them.
  /// Shape and Throws: as step.
  template <HostRange Range>
  void show(Range const& image) {
    check_size(std::size(image), options_.batch_size);
    shown_ = false;
    load(std::data(image), options_.batch_size);
    reset();
    finished_ = false;
    shown_ = true;
  }

  /// The next timestep of an image shown.
  /// Throws: std::invalid_argument where none is.
  InferenceStep step() {
    if (!shown_) refuse("a step without a frame", "no image shown", "show(image) before it, or step(frame)");
    return advance(1, options_.batch_size, true, steps_ == 0);
  }

  /// Mean over time of the logits of a whole sequence, or of an image shown T times. Begins by itself; any T.
  /// Shape:  batch as Model::forward takes it, of at most the options' batch size; result [batch, classes], valid until
  ///         the next call.
  /// Throws: std::invalid_argument for sizes that do not fit, and for a value that the network's input cannot hold.
  template <class Element>
  std::span<float const> run(InputBatch<Element> const& batch) {
    return run(batch, {});
  }

  /// The same, and the logits of each timestep go into `logits`, in the backend's memory.
  /// Shape:  logits [T, batch, classes]; empty where they are not wanted.
  template <class Element>
  std::span<float const> run(InputBatch<Element> const& batch, std::span<float> logits) {
    Index const T = batch.timesteps.value, B = batch.batch_size.value;
    bool const repeated = batch.presentation == Presentation::repeated;
    if (T < 1) refuse("timesteps", std::to_string(T), "at least 1");
    if (B < 1 || B > options_.batch_size)
      refuse("batch size", std::to_string(B), "1 to " + std::to_string(options_.batch_size) + ", the engine's");
    detail::check_input(batch, In::shape, repeated ? B : T * B);
    if (!logits.empty() && Index(logits.size()) != T * B * classes)
      refuse("room for the logits of a batch", std::to_string(logits.size()) + " values",
             std::to_string(T * B * classes));
    reset();
    finished_ = true;
    std::span<float const> mean;
    Index calls = ceil_div(T, options_.timesteps_at_once);  // of about equal lengths
    for (Index t = 0, now = 0; t < T; t += now, --calls) {
      now = ceil_div(T - t, calls);
      if (!repeated) load(batch.values.data() + t * B * In::shape.size(), now * B, t * B);
      else if (t == 0 && batch.images.count > 0) load(batch.images, B);
      else if (t == 0) load(batch.values.data(), B);
      mean = advance(now, B, repeated, t == 0, logits.empty() ? nullptr : &logits[std::size_t(t * B * classes)]).mean;
    }
    return mean;
  }

  /// Timesteps of the sequence so far.
  Timesteps steps() const { return {steps_}; }

  /// All memory that the engine holds.
  Index bytes() const { return weights_.bytes() + state_.bytes() + signals_.bytes() + workspace_.bytes(); }
  /// Packed weights alone.
  Index weight_bytes() const { return weights_.bytes(); }

  InferenceOptions const& options() const { return options_; }
  Backend& exec() { return exec_; }
  Workspace workspace() { return {workspace_.data(), workspace_.bytes()}; }

 private:
  using Bytes = Storage<Backend, std::byte>;

  static Arena arena(Bytes& storage) { return {storage.data(), storage.size()}; }

  template <class Storage>
  static std::vector<float> floats(Storage const& storage) {
    auto const values = storage.download();
    return {values.begin(), values.end()};
  }

  template <class Model>
  static void check_finite(Model const& model) {
    auto const parameters = model.parameter_storage().download();
    auto const statistics = model.statistic_storage().download();
    model.visit_tensors([&](std::string const& name, ParameterSpec const& spec, Index offset) {
      if (spec.role == TensorRole::counter) return;
      auto const& values = spec.role == TensorRole::parameter ? parameters : statistics;
      for (Index i = 0; i < spec.count(); ++i)
        if (!std::isfinite(values[std::size_t(offset + i)]))
          throw NumericError("tet: tensor " + name + " holds " + std::to_string(values[std::size_t(offset + i)]) +
                             ": an inference engine needs finite weights");
    });
  }

  void plan(detail::InferencePlanner<Backend>& planner) {
    detail::Flow const flow{options_.timesteps_at_once, options_.batch_size, true};
    planner.need_workspace(loss_workspace<float>(planner.exec, flow.timesteps, flow.batch, classes));  // of evaluate
    input_ = detail::take_activation<In, float>(planner.signals, flow.timesteps * flow.batch);
    planner.need_workspace(input_workspace<typename In::Kind>(planner.exec, flow.batch, In::shape));
    chain_.plan(planner, flow);
    for (float** buffer : {&sum_, &mean_}) *buffer = planner.signals.template take<float>(flow.batch * classes);
  }

  static void check_size(std::size_t values, Index frames) {
    if (Index(values) != frames * In::shape.size())
      refuse("input of a batch", std::to_string(values) + " values",
             std::to_string(frames * In::shape.size()) + " (" + std::to_string(frames) + " frames of " +
                 std::to_string(In::shape.size()) + ")");
  }

  /// Brings frames from the host into the input; `first` of a batch's frames is the first of them.
  template <class Values>
  void load(Values const& values, Index frames, Index first = 0) {
    detail::load_input(exec_, values, detail::first_pixels(input_, frames * In::shape.pixels()), workspace(),
                       first * In::shape.size());
  }

  InferenceStep advance(Index timesteps, Index batch, bool repeated, bool opening, float* logits = nullptr) {
    detail::InferencePass<Backend> pass{exec_, workspace(), timesteps, batch, opening};
    detail::FlowingOf<In> const x{detail::first_pixels(input_, pass.frames(repeated) * In::shape.pixels()), repeated};
    auto const y = chain_.forward(pass, x);
    Index const size = batch * classes;
    running_mean(exec_, {timesteps, size, y.repeated ? 0 : size, steps_}, static_cast<float const*>(y.view.data), sum_,
                 mean_);
    steps_ += timesteps;
    auto const at = [&](Index t) { return static_cast<float const*>(y.view.data + (y.repeated ? 0 : t * size)); };
    for (Index t = 0; logits != nullptr && t < timesteps; ++t) copy(exec_, size, at(t), logits + t * size);
    float const* const last = at(timesteps - 1);
    return {{last, std::size_t(size)}, {mean_, std::size_t(size)}};
  }

  Backend exec_;
  InferenceOptions options_;
  detail::InferenceChainOf<typename Net::Body, In, Backend, Precision> chain_;
  Bytes weights_, state_, signals_, workspace_;
  Activation<typename In::Kind, float> input_;
  float *sum_ = nullptr, *mean_ = nullptr;
  Index steps_ = 0;
  bool shown_ = false;
  bool finished_ = false;
};

template <class Net, class Backend, class Scalar, class... Rest>
Inference(Model<Net, Backend, Scalar> const&, Rest...) -> Inference<Net, Backend, Float32>;

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/analysis/filters.hpp>
#include <tet/data/batch_stream.hpp>
#include <tet/loss/losses.hpp>
#include <tet/model/model.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tet::analysis {

/// Puts a model's parameters, statistics and counter back, to the bit, when it goes out of scope.
template <class Model>
class RestoreModel {
 public:
  explicit RestoreModel(Model& model)
      : model_(model),
        parameters_(model.parameter_storage().download()),
        statistics_(model.statistic_storage().download()),
        batches_tracked_(model.batches_tracked()) {}
  RestoreModel(RestoreModel const&) = delete;
  RestoreModel& operator=(RestoreModel const&) = delete;
  ~RestoreModel() {
    model_.parameter_storage().upload(parameters_);
    model_.statistic_storage().upload(statistics_);
    model_.set_batches_tracked(batches_tracked_);
  }

 private:
  Model& model_;
  std::vector<typename Model::Scalar> parameters_, statistics_;
  std::int64_t batches_tracked_;
};

/// By what BatchNorm normalises when a loss is probed.
enum class ProbeStatistics {
  batch,    ///< each batch's own, as in training: they follow the weights
  running,  ///< those of the trained model, as in use: away from its weights they no longer fit
};

struct ProbeOptions {
  Index samples = 512;  ///< the first of the set
  Index batch_size = 128;
  Timesteps timesteps{};
  TetLoss tet{};
};

/// Both losses of the paper on the same samples.
struct ProbedLosses {
  double sdt = 0;
  double tet = 0;
  double accuracy = 0;
};

/// The losses and gradients of a network at any weights, over a fixed set of batches. The model is left as it was.
template <class Model>
class LossProbe {
 public:
  using Scalar = typename Model::Scalar;

  /// Keeps the batches; the model must outlive the probe.
  /// Throws: std::invalid_argument for options that do not fit the set.
  template <class Set>
  LossProbe(Model& model, Set const& set, ProbeOptions const& options) : model_(model), options_(options) {
    if (options.samples < 1) refuse("samples of a probe", std::to_string(options.samples), "at least 1");
    Index const batch = std::min(options.batch_size, options.samples);
    data::BatchStream<Set const&> stream(set, {.batch_size = batch, .timesteps = options.timesteps, .prefetch = 0});
    for (Index left = options.samples; left > 0; left -= batch) {
      Batch const* const next = stream.next();
      if (next == nullptr || next->batch_size < std::min(batch, left))
        refuse("samples of a probe", std::to_string(options.samples), "at most " + std::to_string(set.size()));
      batches_.push_back(*next);
    }
    for (Batch const& b : batches_) samples_ += b.batch_size;
  }

  /// Samples in the batches: those asked for, filled up to whole batches.
  Index samples() const { return samples_; }

  /// The model's parameter storage: where probing starts.
  std::vector<Scalar> weights() const { return model_.parameter_storage().download(); }

  /// Mean losses and accuracy of the network with these weights in place of its own.
  ProbedLosses losses(std::span<Scalar const> weights, ProbeStatistics statistics) {
    RestoreModel<Model> const restore(model_);
    set_weights(weights);
    Mode const mode = statistics == ProbeStatistics::batch ? Mode::training : Mode::inference;
    ProbedLosses sum;
    for (Batch const& batch : batches_) {
      double const share = double(batch.batch_size) / double(samples_);
      auto const out = model_.forward(
          InputBatch<float>{batch.values, Timesteps{batch.timesteps}, BatchSize{batch.batch_size}, batch.presentation},
          mode);
      auto const sdt = value_of(SdtLoss{}, out, batch);
      auto const tet = value_of(options_.tet, out, batch);
      sum.sdt += share * sdt.loss;
      sum.tet += share * tet.loss;
      sum.accuracy += double(sdt.correct) / double(samples_);
    }
    return sum;
  }

  /// Gradient of a loss over all batches at these weights, in the parameter storage's order; BatchNorm normalises by each
  /// batch's own statistics, since that is what backward differentiates.
  template <TimestepLoss Loss>
  std::vector<double> gradient(Loss const& loss, std::span<Scalar const> weights) {
    RestoreModel<Model> const restore(model_);
    set_weights(weights);
    std::vector<double> sum(weights.size(), 0);
    for (Batch const& batch : batches_) {
      double const share = double(batch.batch_size) / double(samples_);
      auto const out = model_.forward(
          InputBatch<float>{batch.values, Timesteps{batch.timesteps}, BatchSize{batch.batch_size}, batch.presentation},
          Mode::training);
      loss_and_gradient(model_.exec(), loss, out.timesteps, out.batch, out.size, out.data, batch.labels.data(),
                        model_.output_gradient(), model_.workspace());
      model_.backward();
      std::vector<Scalar> const part = model_.gradient_storage().download();
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += share * double(part[i]);
    }
    return sum;
  }

 private:
  void set_weights(std::span<Scalar const> weights) {
    detail::check_count("weights of a probe", weights.size(), std::size_t(model_.parameter_storage().size()));
    model_.parameter_storage().upload(weights);
  }

  template <class Loss>
  auto value_of(Loss const& loss, OutputView<Scalar> const& out, Batch const& batch) {
    return loss_and_gradient(model_.exec(), loss, out.timesteps, out.batch, out.size, out.data, batch.labels.data(),
                             static_cast<Scalar*>(nullptr), model_.workspace());
  }

  Model& model_;
  ProbeOptions options_;
  std::vector<Batch> batches_;
  Index samples_ = 0;
};

}  // namespace tet::analysis

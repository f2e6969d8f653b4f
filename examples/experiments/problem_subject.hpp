// SPDX-License-Identifier: MIT
#pragma once

#include "chosen_loss.hpp"
#include "problems.hpp"
#include "subject.hpp"

#include <tet/io/safetensors.hpp>
#include <tet/tet.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace experiments {

/// The Subject of one network and data set.
template <class Problem>
class ProblemSubject final : public Subject {
 public:
  using Model = tet::Model<typename Problem::Net, tet::Cpu>;

  explicit ProblemSubject(Options const& options) : options_(options), data_(Problem::data(options)) {}

  using Subject::train;
  Training train(tet::Seed seed, std::span<Stage const> stages, RunFiles const& files,
                 AfterEpoch const& after_epoch) override {
    model_ = Model{seed};
    tet::Adam optimizer{model_, {.learning_rate = options_.learning_rate}};
    tet::FitOptions const fit_options{
        .batch_size = options_.batch,
        .seed = seed,
        .checkpoint = files.checkpoint,
        .metrics = files.metrics,
        .after_step = [&](tet::RunPosition const& at) { end_epoch(stages, at, after_epoch); },
    };
    std::vector<tet::TrainingStage<ChosenLoss>> plan;
    for (Stage const& s : stages)
      plan.push_back({s.epochs, tet::Timesteps{s.timesteps}, ChosenLoss{s.objective, {.lambda = options_.lambda}},
                      s.learning_rate, s.reestimate_batches});
    tet::fit(model_, optimizer, data_.train, data_.test, fit_options, tet::CosineSchedule{}, plan);
    tet::io::save_safetensors(model_, files.weights);
    Training result{read_metrics(files.metrics)};
    for (tet::EpochMetrics& epoch : result.epochs)
      epoch.loss_name = name_of(stages[std::size_t(epoch.stage)].objective);
    return result;
  }

  void load(std::string const& weights) override { tet::io::load_safetensors(model_, weights); }

  void estimate_statistics(tet::Timesteps timesteps, tet::Index batches) override {
    tet::data::BatchStream<typename Problem::Set const&> stream(data_.train,
                                                                {.batch_size = options_.batch, .timesteps = timesteps});
    for (tet::Index n = 0; n < batches; ++n)
      if (tet::Batch const* const batch = stream.next()) model_.estimate_statistics(tet::detail::input_of(*batch), n);
  }

  tet::Evaluation evaluate(tet::Timesteps timesteps) override { return tet::evaluate(model_, data_.test, timesteps); }

  tet::analysis::SpikeActivity activity(tet::Timesteps timesteps) override {
    return tet::analysis::spike_activity(model_, data_.test, timesteps);
  }

  std::vector<float> weights() const override { return model_.parameter_storage().download(); }
  tet::analysis::Filters filters() const override { return tet::analysis::filters_of(model_); }

  void probe(long samples, tet::Timesteps timesteps) override {
    probe_.emplace(model_, data_.train,
                   tet::analysis::ProbeOptions{
                       .samples = samples, .batch_size = 128, .timesteps = timesteps, .tet = {.lambda = 0}});
  }

  tet::analysis::ProbedLosses losses(std::span<float const> weights) override {
    return probe_in_use().losses(weights, tet::analysis::ProbeStatistics::batch);
  }

  std::vector<double> gradient(Objective objective, std::span<float const> weights) override {
    return probe_in_use().gradient(ChosenLoss{objective, {.lambda = 0}}, weights);
  }

  tet::Index train_samples() const override { return data_.train.size(); }
  tet::Index test_samples() const override { return data_.test.size(); }

  std::string describe(tet::Timesteps timesteps) override {
    return tet::describe(model_, timesteps, tet::BatchSize{options_.batch}, data_.train.presentation());
  }

 private:
  tet::analysis::LossProbe<Model>& probe_in_use() {
    if (!probe_) throw std::logic_error("Subject: losses and gradients need a call of probe before them");
    return *probe_;
  }

  /// After the last step of an epoch; of a stage, too: its weights are kept. A run that dies before its next checkpoint
  /// comes here again.
  void end_epoch(std::span<Stage const> stages, tet::RunPosition const& at, AfterEpoch const& after_epoch) {
    Stage const& stage = stages[std::size_t(at.stage)];
    tet::Index const batches =
        tet::ceil_div(data_.train.size(), std::min<tet::Index>(options_.batch, data_.train.size()));
    if (tet::Index(at.batch) != batches) return;
    if (!stage.weights_after.empty() && tet::Index(at.epoch) + 1 == stage.epochs)
      tet::io::save_safetensors(model_, stage.weights_after);
    if (after_epoch) after_epoch(tet::Index(at.stage), tet::Index(at.epoch) + 1);
  }

  Options options_;
  Split<typename Problem::Set> data_;
  Model model_{tet::Seed{1}};
  std::optional<tet::analysis::LossProbe<Model>> probe_;
};

}  // namespace experiments

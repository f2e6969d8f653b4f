// SPDX-License-Identifier: MIT
#pragma once

#include "chosen_loss.hpp"
#include "problems.hpp"
#include "subject.hpp"

#include <tet/io/safetensors.hpp>
#include <tet/tet.hpp>

#include <string>
#include <utility>
#include <vector>

namespace experiments {

/// The Subject of one network and data set.
template <class Problem>
class ProblemSubject final : public Subject {
 public:
  using Model = tet::Model<typename Problem::Net, tet::Cpu>;

  explicit ProblemSubject(Options const& options) : options_(options), data_(Problem::data(options)) {}

  Training train(tet::Seed seed, std::span<Stage const> stages, RunFiles const& files) override {
    model_ = Model{seed};
    tet::Adam optimizer{model_, {.learning_rate = options_.learning_rate}};
    tet::FitOptions const fit_options{
        .batch_size = options_.batch,
        .seed = seed,
        .checkpoint = files.checkpoint,
        .metrics = files.metrics,
        .after_step = [&](tet::RunPosition const& at) { save_at_end(stages, at); },
    };
    std::vector<tet::TrainingStage<ChosenLoss>> plan;
    for (Stage const& s : stages)
      plan.push_back({s.epochs, tet::Timesteps{s.timesteps}, ChosenLoss{s.objective, {.lambda = options_.lambda}},
                      s.learning_rate});
    auto const fit = [&](auto const&... stage) {
      tet::fit(model_, optimizer, data_.train, data_.test, fit_options, tet::CosineSchedule{}, stage...);
    };
    switch (plan.size()) {
      case 1:
        fit(plan[0]);
        break;
      case 2:
        fit(plan[0], plan[1]);
        break;
      case 3:
        fit(plan[0], plan[1], plan[2]);
        break;
      case 4:
        fit(plan[0], plan[1], plan[2], plan[3]);
        break;
      default:
        tet::refuse("stages of a run", std::to_string(plan.size()), "1 to 4");
    }
    tet::io::save_safetensors(model_, files.weights);
    Training result{read_metrics(files.metrics)};
    for (tet::EpochMetrics& epoch : result.epochs)
      epoch.loss_name = name_of(stages[std::size_t(epoch.stage)].objective);
    return result;
  }

  void load(std::string const& weights) override { tet::io::load_safetensors(model_, weights); }

  tet::Evaluation evaluate(tet::Timesteps timesteps) override { return tet::evaluate(model_, data_.test, timesteps); }

  tet::analysis::SpikeActivity activity(tet::Timesteps timesteps) override {
    return tet::analysis::spike_activity(model_, data_.test, timesteps);
  }

  tet::Index train_samples() const override { return data_.train.size(); }
  tet::Index test_samples() const override { return data_.test.size(); }

  std::string describe(tet::Timesteps timesteps) override {
    return tet::describe(model_, timesteps, tet::BatchSize{options_.batch}, data_.train.presentation());
  }

 private:
  /// Keeps the weights of a stage that has just ended. A run that dies before its next checkpoint does so again.
  void save_at_end(std::span<Stage const> stages, tet::RunPosition const& at) {
    Stage const& stage = stages[std::size_t(at.stage)];
    tet::Index const batches =
        tet::ceil_div(data_.train.size(), std::min<tet::Index>(options_.batch, data_.train.size()));
    if (stage.weights_after.empty() || tet::Index(at.epoch) + 1 != stage.epochs || tet::Index(at.batch) != batches)
      return;
    tet::io::save_safetensors(model_, stage.weights_after);
  }

  Options options_;
  Split<typename Problem::Set> data_;
  Model model_{tet::Seed{1}};
};

}  // namespace experiments

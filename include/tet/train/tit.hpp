// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/train/fit.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace tet {

/// One simulation time of Time Inheritance Training, and how long it is trained.
struct TitStep {
  Timesteps timesteps{};
  Index epochs = 1;
  std::optional<double> learning_rate{};  ///< where the schedule starts; left out: the optimiser's
};

struct TitOptions {
  /// Batches at each larger T whose average replaces BatchNorm's running statistics before training goes on; 0: they
  /// are inherited like the weights. Training itself normalises by each batch's own statistics, so this changes the
  /// accuracy right after the switch and what the first epochs of the new stage leave in the running statistics.
  Index reestimate_batches = 0;
};

/// Time Inheritance Training: most epochs at a small simulation time, then a few at the target; weights, optimiser and
/// statistics are inherited. Returns the stages that `fit` takes, resumable anywhere as all of its runs.
///
///   auto const stages = tet::tit(tet::TetLoss{}, {{.timesteps = {2}, .epochs = 300}, {.timesteps = {6}, .epochs = 50}});
///   tet::fit(model, optimizer, train, test, options, tet::CosineSchedule{}, stages);
///
/// Source: Deng et al. 2022, Time Inheritance Training (there 300 epochs at the small T, then 50 at the target).
/// Throws: std::invalid_argument for fewer than two steps, timesteps that do not grow, epochs below 1, a learning rate
///         that is not positive, or a negative number of batches.
template <TimestepLoss Loss>
std::vector<TrainingStage<Loss>> tit(Loss const& loss, std::vector<TitStep> const& steps, TitOptions options = {}) {
  if (steps.size() < 2) refuse("tit: steps", std::to_string(steps.size()), "at least 2, from a small T to the target");
  if (options.reestimate_batches < 0)
    refuse("tit: batches to estimate statistics", std::to_string(options.reestimate_batches), "at least 0");
  std::vector<TrainingStage<Loss>> stages;
  Index before = 0;
  for (TitStep const& step : steps) {
    std::string const name = "tit: step " + std::to_string(stages.size() + 1);
    if (step.timesteps.value <= before)
      refuse(name + ": timesteps", std::to_string(step.timesteps.value), "more than " + std::to_string(before));
    if (step.epochs < 1) refuse(name + ": epochs", std::to_string(step.epochs), "at least 1");
    if (step.learning_rate && !(std::isfinite(*step.learning_rate) && *step.learning_rate > 0))
      refuse(name + ": learning rate", std::to_string(*step.learning_rate), "above 0");
    before = step.timesteps.value;
    stages.push_back({.epochs = step.epochs,
                      .timesteps = step.timesteps,
                      .loss = loss,
                      .learning_rate = step.learning_rate,
                      .reestimate_batches = stages.empty() ? 0 : options.reestimate_batches});
  }
  return stages;
}

}  // namespace tet

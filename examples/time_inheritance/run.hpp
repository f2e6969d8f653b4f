// SPDX-License-Identifier: MIT
#pragma once

#include <examples/experiments/study.hpp>
#include <examples/experiments/subject.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace time_inheritance {

/// A way to a network of the target's timesteps.
struct Way {
  std::string name;        ///< in pictures
  std::string short_name;  ///< of its runs
  std::vector<experiments::Stage> stages;
};

struct Plan {
  long epochs = 8;  ///< at the small T, and of training at the target alone
  long small = 3;   ///< timesteps
  long target = 8;  ///< timesteps
  long target_epochs = 2;
  long reestimate_batches = 20;
  double target_learning_rate = 0;  ///< 0: as everywhere
};

/// From scratch at the target, and by time inheritance with statistics inherited or taken anew. All with TET.
/// Throws: std::invalid_argument where the small T is not below the target.
std::vector<Way> ways(Plan const& plan);

/// One run of one way: for each epoch its stage, timesteps, seconds of training, accuracy at its own and at the target's
/// timesteps, and operations of one sample's forward pass; then accuracy_at [target] at the end. Of inheritance also the
/// accuracy at the target's timesteps at the switch, before any training there: switch_inherited with the statistics of
/// the small T, switch_anew with new ones.
///
/// Operations are measured on the test set after each epoch, with the weights of that moment. What is measured is kept
/// beside the checkpoint, so an interrupted run gives the same numbers but for seconds.
nlohmann::json run(experiments::Study& study, experiments::Subject& subject, Way const& way, Plan const& plan,
                   long seed);

}  // namespace time_inheritance

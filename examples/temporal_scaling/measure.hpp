// SPDX-License-Identifier: MIT
#pragma once

#include <examples/experiments/probe.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace temporal_scaling {

/// What trained weights are put through.
struct Trial {
  long trained = 4;  ///< timesteps of training; of early exit and of all disturbances as well
  long longest = 8;  ///< timesteps of the accuracy at every T
  std::vector<double> thresholds{0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1};
  std::vector<double> noise{};
  std::vector<double> dropped{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
  std::vector<int> bits{8, 7, 6, 5, 4, 3, 2};
};

/// Strengths that suit a data set: the weakest leaves its accuracy about as it is, the strongest takes most of it.
Trial trial_for(std::string const& dataset, long trained, long longest);

/// Accuracies (0…1) of one set of weights: accuracy_at and alone [longest]; exits [thresholds] of threshold, accuracy,
/// timesteps and shares [trained]; noise, dropped and rounded, a list of accuracy at each strength; int8.
nlohmann::json measure(experiments::Probe& probe, Trial const& trial, tet::Seed seed);

}  // namespace temporal_scaling

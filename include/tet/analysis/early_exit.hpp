// SPDX-License-Identifier: MIT
#pragma once

#include <tet/analysis/recorded_outputs.hpp>
#include <tet/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace tet::analysis {

/// What stopping at a confidence gives on a data set.
struct EarlyExit {
  double threshold = 0;       ///< confidence from which on a sample stops
  double accuracy = 0;        ///< 0…1
  double mean_timesteps = 0;  ///< that a sample used
  std::vector<double> exits;  ///< [T]: share of samples that stopped after 1, 2, … timesteps; all others after T
};

/// Stops each sample at the first timestep whose confidence reaches a threshold, or at the last one.
///
///   confidence(t) = max_k softmax(mean of O[1…t])[k];   the class is that argmax
///
/// All thresholds are answered from the same recorded outputs.
/// Throws: std::invalid_argument for no samples, and for a threshold outside 0…1.
inline std::vector<EarlyExit> early_exit(RecordedOutputs const& outputs, std::span<double const> thresholds) {
  if (outputs.samples < 1 || outputs.timesteps < 1) refuse("early exit: samples", "none", "recorded outputs");
  for (double const threshold : thresholds)
    if (!(threshold >= 0 && threshold <= 1))
      refuse("early exit: threshold", std::to_string(threshold), "a confidence from 0 to 1");
  std::size_t const T = std::size_t(outputs.timesteps), K = std::size_t(outputs.classes);
  std::vector<EarlyExit> results(thresholds.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    results[i].threshold = thresholds[i];
    results[i].exits.resize(T, 0.0);
  }

  std::vector<double> sum(K), confidence(T);
  std::vector<bool> correct(T);
  for (Index n = 0; n < outputs.samples; ++n) {
    std::fill(sum.begin(), sum.end(), 0.0);
    for (std::size_t t = 0; t < T; ++t) {
      float const* const row = outputs.at(Index(t), n);
      for (std::size_t k = 0; k < K; ++k) sum[k] += double(row[k]);
      auto const largest = std::max_element(sum.begin(), sum.end());
      double total = 0;  // of exp(mean - largest mean), so that the largest adds 1
      for (double const s : sum) total += std::exp((s - *largest) / double(t + 1));
      confidence[t] = 1 / total;
      correct[t] = largest - sum.begin() == outputs.labels[std::size_t(n)];
    }
    for (EarlyExit& result : results) {
      std::size_t t = 0;
      while (t + 1 < T && confidence[t] < result.threshold) ++t;
      result.exits[t] += 1;
      result.mean_timesteps += double(t + 1);
      if (correct[t]) result.accuracy += 1;
    }
  }
  double const samples = double(outputs.samples);
  for (EarlyExit& result : results) {  // counts so far
    result.accuracy /= samples;
    result.mean_timesteps /= samples;
    for (double& share : result.exits) share /= samples;
  }
  return results;
}

}  // namespace tet::analysis

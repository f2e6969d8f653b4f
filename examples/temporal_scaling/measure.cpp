// SPDX-License-Identifier: MIT
#include "measure.hpp"

#include <tet/analysis/early_exit.hpp>

#include <cstddef>

namespace temporal_scaling {

namespace {

using experiments::Probe;
using nlohmann::json;

double final_accuracy(Probe::Outputs const& outputs) {
  return tet::analysis::accuracy_up_to_each_timestep(outputs).back();
}

/// The first timesteps of recorded outputs: what a shorter run gives.
Probe::Outputs first_timesteps(Probe::Outputs outputs, tet::Index timesteps) {
  outputs.timesteps = timesteps;
  outputs.values.resize(std::size_t(timesteps * outputs.samples * outputs.classes));
  return outputs;
}

}  // namespace

Trial trial_for(std::string const& dataset, long trained, long longest) {
  Trial trial{.trained = trained, .longest = longest};
  trial.noise = dataset == "digits" ? std::vector<double>{0, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1}
                                    : std::vector<double>{0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8};
  return trial;
}

json measure(Probe& probe, Trial const& trial, tet::Seed seed) {
  tet::Timesteps const trained{trial.trained};
  auto const outputs = probe.outputs(tet::Timesteps{trial.longest});
  json result;
  result["accuracy_at"] = tet::analysis::accuracy_up_to_each_timestep(outputs);
  result["alone"] = tet::analysis::accuracy_of_each_timestep(outputs);
  result["exits"] = json::array();
  for (auto const& exit : tet::analysis::early_exit(first_timesteps(outputs, trial.trained), trial.thresholds))
    result["exits"].push_back({{"threshold", exit.threshold},
                               {"accuracy", exit.accuracy},
                               {"timesteps", exit.mean_timesteps},
                               {"shares", exit.exits}});
  json noise = json::array(), dropped = json::array(), rounded = json::array();
  for (double const strength : trial.noise) noise.push_back(final_accuracy(probe.with_noise(trained, strength, seed)));
  for (double const share : trial.dropped)
    dropped.push_back(final_accuracy(probe.with_dropped_input(trained, share, seed)));
  for (int const bits : trial.bits) rounded.push_back(final_accuracy(probe.with_rounded_weights(trained, bits)));
  result["noise"] = noise;
  result["dropped"] = dropped;
  result["rounded"] = rounded;
  result["int8"] = final_accuracy(probe.as_int8(trained));
  return result;
}

}  // namespace temporal_scaling

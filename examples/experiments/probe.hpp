// SPDX-License-Identifier: MIT
#pragma once

#include "options.hpp"

#include <tet/analysis/recorded_outputs.hpp>
#include <tet/core/random.hpp>

#include <memory>
#include <string>

namespace experiments {

/// Trained weights under questions: outputs on the test set at every timestep, in order and disturbed. Each network is
/// compiled once, without what training needs.
class Probe {
 public:
  using Outputs = tet::analysis::RecordedOutputs;

  virtual ~Probe() = default;

  /// Weights and statistics from a file that Subject::train wrote. Throws: tet::IoError where it does not fit.
  virtual void load(std::string const& weights) = 0;

  virtual Outputs outputs(tet::Timesteps timesteps) = 0;

  /// Noise of the data's kind: `noise_name` says which, and in which unit.
  virtual Outputs with_noise(tet::Timesteps timesteps, double strength, tet::Seed seed) = 0;
  virtual std::string noise_name() const = 0;

  /// A share of the input's values set to 0.
  virtual Outputs with_dropped_input(tet::Timesteps timesteps, double share, tet::Seed seed) = 0;

  /// Weights rounded to `bits` bits, one scale for each output channel; all else as it was.
  virtual Outputs with_rounded_weights(tet::Timesteps timesteps, int bits) = 0;

  /// The engine that keeps its weights in bytes, BatchNorm folded into them.
  virtual Outputs as_int8(tet::Timesteps timesteps) = 0;
};

/// Throws: as make_subject.
std::unique_ptr<Probe> make_probe(Options const& options);

}  // namespace experiments

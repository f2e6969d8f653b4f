// SPDX-License-Identifier: MIT
#pragma once

#include "command_line.hpp"
#include "subject.hpp"

#include <nlohmann/json.hpp>

namespace experiments {

/// How the flatness of a loss around weights is measured.
struct FlatnessOptions {
  long samples = 128;    ///< of the training set
  double step = 0.01;    ///< of gradient differences, as a share of the weights' length
  long iterations = 15;  ///< of the power iteration, at most
  long probes = 4;       ///< random vectors of the trace; 0: no trace
  double radius = 0.05;  ///< of the sharpness, as a share of each filter's length
  long ascent = 4;       ///< steps of gradient ascent
  long directions = 4;   ///< random directions at the radius
};

/// Adds the options above to a command line; `options` must live as long as it.
void add_options(CommandLine& line, FlatnessOptions& options);

/// For "SDT" and "TET": loss, eigenvalue (largest of the Hessian; converged, iterations), trace (with trace_error),
/// worst_increase and random_increase of the loss within the radius. The subject's probe must have been chosen.
nlohmann::json flatness(Subject& subject, FlatnessOptions const& options, tet::Seed seed);

}  // namespace experiments

// SPDX-License-Identifier: MIT
#pragma once

#include "run.hpp"

#include <examples/report/html.hpp>

#include <nlohmann/json.hpp>

#include <vector>

namespace time_inheritance {

/// All runs of one way, one for each seed.
struct Outcome {
  Way way;
  std::vector<nlohmann::json> runs;
};

/// Claims, figures and tables of `ways` in their order: from scratch, inherited, inherited with statistics anew. What the
/// command line says is left to the caller.
report::Report make_report(std::vector<Outcome> const& outcomes, Plan const& plan, tet::Index train_samples);

/// A row for each epoch of each run.
report::Table all_numbers(std::vector<Outcome> const& outcomes, tet::Index train_samples);

}  // namespace time_inheritance

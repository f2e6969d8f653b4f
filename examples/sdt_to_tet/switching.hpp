// SPDX-License-Identifier: MIT
#pragma once

#include <examples/experiments/command_line.hpp>
#include <examples/experiments/flatness.hpp>
#include <examples/report/html.hpp>

#include <nlohmann/json.hpp>

#include <vector>

namespace sdt_to_tet {

struct SwitchOptions {
  long epochs_after = 4;
  experiments::FlatnessOptions flatness{.probes = 0};
};

/// What came out of one kind of run: an element for each seed, with "training", "test" and "flatness" at the end.
/// `before` is the flatness at the switch, which both kinds have in common.
struct Runs {
  std::vector<nlohmann::json> stayed;    ///< SDT all the way
  std::vector<nlohmann::json> switched;  ///< SDT, then TET
  std::vector<nlohmann::json> before;
};

/// Figures, tables and what they show of the paper's claim.
report::Report make_report(Runs const& runs, SwitchOptions const& options, experiments::CommandLine const& line);

}  // namespace sdt_to_tet

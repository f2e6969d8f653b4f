// SPDX-License-Identifier: MIT
#pragma once

#include "measure.hpp"

#include <examples/report/html.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace temporal_scaling {

/// Results of both losses, one for each seed.
struct Results {
  std::vector<nlohmann::json> sdt, tet;
};

/// Claims, figures and tables; what the command line says (settings, command) is left to the caller.
report::Report make_report(Results const& results, Trial const& trial, std::string const& noise_name);

/// Every number of every run: loss, seed, what was measured, at which value, accuracy in %.
report::Table all_numbers(Results const& results, Trial const& trial);

}  // namespace temporal_scaling

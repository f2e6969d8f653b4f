// SPDX-License-Identifier: MIT
#pragma once

#include <examples/experiments/command_line.hpp>
#include <examples/experiments/flatness.hpp>
#include <examples/report/html.hpp>

#include <nlohmann/json.hpp>

#include <vector>

namespace loss_landscape {

struct LandscapeOptions {
  long points = 21;    ///< of a line
  long plane = 15;     ///< places on each axis of the plane
  double reach = 1.0;  ///< furthest from the weights, in lengths of their filters
  experiments::FlatnessOptions flatness{};
};

/// What was measured around the weights of one method: an element for each seed; the plane for the first alone.
///
/// Each has "training", "test" (a tet::Evaluation), "line" and "flatness"; lines and planes have "a", "sdt" and "tet".
struct Method {
  experiments::Objective objective;
  std::vector<nlohmann::json> seeds;
  nlohmann::json plane;
};

/// The places of an axis, from -reach to reach; odd numbers of them have the weights in the middle.
std::vector<double> places(long count, double reach);

/// All lines and planes, a row for each place.
std::vector<report::Table> raw_numbers(Method const& sdt, Method const& tet);

/// Figures, tables and what they show of the paper's claims.
report::Report make_report(Method const& sdt, Method const& tet, LandscapeOptions const& options,
                           experiments::CommandLine const& line);

}  // namespace loss_landscape

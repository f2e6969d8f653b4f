// SPDX-License-Identifier: MIT
#pragma once

#include "subject.hpp"

#include <examples/report/report.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace experiments {

// From the stored results of runs to what a report shows. In JSON a number that is not finite is null.

nlohmann::json as_json(Training const& training);
nlohmann::json as_json(tet::Evaluation const& evaluation);

/// A stored number; null reads as not a number.
double number(nlohmann::json const& value);

/// One number of each run, found by a JSON pointer such as "/flatness/SDT/eigenvalue".
/// Throws: nlohmann::json::exception where a run has none.
std::vector<double> numbers(std::vector<nlohmann::json> const& runs, std::string const& pointer);

/// Mean and deviation over runs of a list of numbers, against `x`. A place where one of them is not finite is a gap.
report::Series curve(std::string name, std::vector<double> x, std::vector<nlohmann::json> const& runs,
                     std::string const& pointer, double factor = 1, report::Style style = report::Style::line_points);

/// One field of all epochs of a stored Training, as a curve over epochs 1, 2, ….
report::Series epoch_curve(std::string name, std::vector<nlohmann::json> const& runs, std::string const& field,
                           double factor = 1);

/// A quantity of one side of a comparison, over seeds.
struct Measured {
  std::string name;
  std::vector<double> values;
};

/// Claims that the first side is smaller, by the rule of `greater`; where a run gave no finite number it does not show.
report::Claim claim_smaller(std::string sentence, Measured const& smaller, Measured const& larger,
                            std::string const& unit, int decimals);
/// The same the other way round.
report::Claim claim_larger(std::string sentence, Measured const& larger, Measured const& smaller,
                           std::string const& unit, int decimals);

/// "83.4 ± 0.6", or "n/a" where a run gave no finite number.
std::string cell(std::vector<double> const& values, int decimals, double factor = 1);

/// Adds bars of a quantity over seeds.
report::BarSeries bars(std::string name, std::vector<std::vector<double>> const& groups, double factor = 1);

}  // namespace experiments

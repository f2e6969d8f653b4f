// SPDX-License-Identifier: MIT
#pragma once

#include <examples/report/charts.hpp>
#include <examples/report/html.hpp>
#include <examples/report/statistics.hpp>

#include <nlohmann/json.hpp>

#include <span>
#include <string>
#include <vector>

namespace experiments {

/// The same list of numbers from each seed: rows of equal length.
using SeedRows = std::vector<std::vector<double>>;

/// `list` of each run as numbers, times `scale`; where `field` is not empty, that field of the list's elements.
SeedRows rows_of(std::vector<nlohmann::json> const& runs, std::string const& list, std::string const& field = "",
                 double scale = 1);

/// Numbers at one place of each row.
std::vector<double> column(SeedRows const& rows, std::size_t place);

/// A line of means with the deviation over seeds as its band. A row of another length throws
/// std::invalid_argument.
report::Series over_seeds(std::string name, std::vector<double> x, SeedRows const& rows);

/// Two sides of a claim, one number for each seed.
struct Sides {
  std::string first, second;  ///< names
  std::vector<double> a, b;
  std::string unit;
  int decimals = 1;
};

/// The first side is greater: by more than twice the standard error of the difference, or, with one seed, at all.
report::Claim greater(std::string sentence, Sides const& sides);

/// The first side is as great or greater: not less by more than the standard error of the difference, or, with one seed,
/// not less at all.
report::Claim not_less(std::string sentence, Sides const& sides);

}  // namespace experiments

// SPDX-License-Identifier: MIT
#include "compare.hpp"

#include <tet/core/error.hpp>

#include <cmath>
#include <cstdio>
#include <utility>

namespace experiments {

namespace {

/// Difference of two means, and its standard error: 0 where a side has one number only.
struct Difference {
  report::Statistics a, b;
  double mean = 0, error = 0;

  explicit Difference(Sides const& sides) : a(report::statistics(sides.a)), b(report::statistics(sides.b)) {
    mean = a.mean - b.mean;
    auto const variance = [](report::Statistics const& s) { return s.deviation * s.deviation / double(s.count); };
    error = std::sqrt(variance(a) + variance(b));
  }
};

std::string number(double value, int decimals) {
  char room[40];
  std::snprintf(room, sizeof room, "%+.*f", decimals, value);
  return room;
}

report::Claim claim(std::string sentence, Sides const& sides, Difference const& d, bool holds, char const* rule) {
  std::string const unit = sides.unit.empty() ? "" : " " + sides.unit;
  std::string numbers = sides.first + " " + report::text(d.a, sides.decimals) + unit + ", " + sides.second + " " +
                        report::text(d.b, sides.decimals) + unit + ": " + number(d.mean, sides.decimals);
  if (d.a.count > 1 && d.b.count > 1) {
    char room[40];
    std::snprintf(room, sizeof room, "%.*f", sides.decimals, d.error);
    numbers +=
        std::string(" with a standard error of ") + room + " over " + std::to_string(d.a.count) + " seeds; " + rule;
  } else {
    numbers += ", one seed, so nothing is known about its spread";
  }
  return {std::move(sentence), holds ? report::Outcome::holds : report::Outcome::does_not_show, numbers};
}

}  // namespace

SeedRows rows_of(std::vector<nlohmann::json> const& runs, std::string const& list, std::string const& field,
                 double scale) {
  SeedRows rows;
  for (nlohmann::json const& run : runs) {
    std::vector<double> row;
    for (nlohmann::json const& element : run.at(list))
      row.push_back(scale * (field.empty() ? element : element.at(field)).get<double>());
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<double> column(SeedRows const& rows, std::size_t place) {
  std::vector<double> numbers;
  for (auto const& row : rows) {
    if (row.size() <= place)
      tet::refuse("results of a seed", std::to_string(row.size()) + " numbers", "more than " + std::to_string(place));
    numbers.push_back(row[place]);
  }
  return numbers;
}

report::Series over_seeds(std::string name, std::vector<double> x, SeedRows const& rows) {
  for (auto const& row : rows)
    if (row.size() != x.size())
      tet::refuse("results of a seed", std::to_string(row.size()) + " numbers",
                  std::to_string(x.size()) + "; were they made by another version?");
  report::Series series{.name = std::move(name), .x = std::move(x), .y = {}};
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    report::Statistics const s = report::statistics(column(rows, i));
    series.y.push_back(s.mean);
    series.deviation.push_back(s.deviation);
  }
  return series;
}

report::Claim greater(std::string sentence, Sides const& sides) {
  Difference const d(sides);
  return claim(std::move(sentence), sides, d, d.mean > 2 * d.error && d.mean > 0, "it holds beyond twice that");
}

report::Claim not_less(std::string sentence, Sides const& sides) {
  Difference const d(sides);
  return claim(std::move(sentence), sides, d, d.mean >= -d.error, "it holds unless less by more than that");
}

}  // namespace experiments

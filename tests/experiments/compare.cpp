// SPDX-License-Identifier: MIT
#include <examples/experiments/compare.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using experiments::Sides;
using report::Outcome;

namespace {

Sides sides(std::vector<double> a, std::vector<double> b) {
  return {.first = "A", .second = "B", .a = std::move(a), .b = std::move(b), .unit = "%"};
}

}  // namespace

TEST_CASE("Compare: greater means by more than twice the standard error [experiments]") {
  // Deviations of 1 over four seeds each: the standard error of the difference is sqrt(1/2) = .707.
  std::vector<double> const spread{-1.2247448714, 0, 0, 1.2247448714};
  auto const shifted = [&](double by) {
    std::vector<double> all = spread;
    for (double& value : all) value += by;
    return all;
  };
  struct Case {
    double by;
    Outcome greater, not_less;
  };
  constexpr auto holds = Outcome::holds, not_shown = Outcome::does_not_show;
  for (Case const& c : {Case{1.5, holds, holds}, Case{1.35, not_shown, holds}, Case{0, not_shown, holds},
                        Case{-0.65, not_shown, holds}, Case{-0.75, not_shown, not_shown}}) {
    CAPTURE(c.by);
    CHECK(experiments::greater("", sides(shifted(c.by), spread)).outcome == c.greater);
    CHECK(experiments::not_less("", sides(shifted(c.by), spread)).outcome == c.not_less);
  }
}

TEST_CASE("Compare: the claim says its numbers, and how many seeds there were [experiments]") {
  auto const claim = experiments::greater("A beats B.", sides({80, 82}, {70, 70}));
  CHECK(claim.sentence == "A beats B.");
  CHECK(claim.numbers.starts_with("A 81.0 ± 1.4 %, B 70.0 ± 0.0 %: +11.0 with a standard error of 1.0 over 2 seeds"));
  auto const one = experiments::greater("", sides({80}, {79}));
  CHECK(one.outcome == Outcome::holds);
  CHECK(one.numbers == "A 80.0 %, B 79.0 %: +1.0, one seed, so nothing is known about its spread");
  CHECK(experiments::greater("", sides({80}, {80})).outcome == Outcome::does_not_show);
  CHECK(experiments::not_less("", sides({80}, {80})).outcome == Outcome::holds);
  CHECK(experiments::not_less("", sides({80}, {81})).outcome == Outcome::does_not_show);
}

TEST_CASE("Compare: a curve is the mean over seeds, its band their deviation [experiments]") {
  auto const runs = std::vector<nlohmann::json>{nlohmann::json::parse(R"({"a": [0.5, 0.7], "b": [{"c": 1}]})"),
                                                nlohmann::json::parse(R"({"a": [0.7, 0.7], "b": [{"c": 3}]})")};
  auto const series = experiments::over_seeds("name", {1, 2}, experiments::rows_of(runs, "a", "", 100));
  CHECK(series.y[0] == doctest::Approx(60));
  CHECK(series.deviation[0] == doctest::Approx(14.142135));
  CHECK(series.deviation[1] == doctest::Approx(0));
  CHECK(experiments::column(experiments::rows_of(runs, "b", "c"), 0) == std::vector<double>{1, 3});
  for (std::vector<double> const& x : {std::vector<double>{1, 2, 3}, std::vector<double>{1}})
    CHECK_THROWS_AS(experiments::over_seeds("name", x, experiments::rows_of(runs, "a")), std::invalid_argument);
}

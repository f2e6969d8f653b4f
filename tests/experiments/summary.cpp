// SPDX-License-Identifier: MIT
#include <examples/experiments/summary.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using experiments::Measured;
using nlohmann::json;

TEST_CASE(
    "claims: hold where means differ by two standard errors in the right direction, over at least two seeds "
    "[experiments]") {
  Measured const low{"low", {1.0, 1.1, 0.9}}, high{"high", {2.0, 2.2, 1.8}}, wide{"wide", {0.0, 4.0, 2.0}};
  using report::Outcome;
  CHECK(experiments::claim_smaller("s", low, high, "%", 1).outcome == Outcome::holds);
  CHECK(experiments::claim_smaller("s", high, low, "%", 1).outcome == Outcome::does_not_show);
  CHECK(experiments::claim_larger("s", high, low, "%", 1).outcome == Outcome::holds);
  CHECK(experiments::claim_larger("s", low, high, "%", 1).outcome == Outcome::does_not_show);
  CHECK(experiments::claim_larger("s", wide, low, "%", 1).outcome == Outcome::does_not_show);
  auto const one = experiments::claim_smaller("s", {"a", {1}}, {"b", {2}}, "%", 1);
  CHECK(one.outcome == Outcome::holds);
  CHECK(one.numbers.find("nothing is known about its spread") != std::string::npos);
  auto const broken = experiments::claim_smaller("s", {"a", {1, std::nan("")}}, {"b", {2, 3}}, "%", 1);
  CHECK(broken.outcome == Outcome::does_not_show);
  CHECK(broken.numbers.find("n/a") != std::string::npos);
}

TEST_CASE("curves: mean and deviation of stored lists, gaps where a number was not finite [experiments]") {
  std::vector<json> const runs = {json::parse(R"({"a": {"b": [1, 2, null]}})"),
                                  json::parse(R"({"a": {"b": [3, 2, 5]}})")};
  auto const series = experiments::curve("name", {10, 20, 30}, runs, "/a/b", 100);
  CHECK(series.y[0] == doctest::Approx(200));
  CHECK(series.deviation[0] == doctest::Approx(100 * std::sqrt(2.0)));
  CHECK(series.y[1] == doctest::Approx(200));
  CHECK(std::isnan(series.y[2]));
  CHECK(experiments::curve("name", {10}, {runs[0]}, "/a/b").deviation.empty());
  CHECK_THROWS_AS(experiments::curve("name", {10}, runs, "/a/c"), json::exception);
}

TEST_CASE("stored trainings: epochs as they were, in a chart over all stages [experiments]") {
  experiments::Training training;
  for (int i = 0; i < 3; ++i) {
    tet::EpochMetrics m;
    m.stage = i / 2, m.epoch = i % 2 + 1, m.test_accuracy = 0.5 + 0.1 * i, m.seconds = 2;
    training.epochs.push_back(m);
  }
  json const stored = json::parse(experiments::as_json(training).dump());
  CHECK(stored["seconds"] == 6);
  auto const series = experiments::epoch_curve("name", {stored}, "test_accuracy", 100);
  CHECK(series.x == std::vector<double>{1, 2, 3});
  CHECK(series.y[2] == doctest::Approx(70));
}

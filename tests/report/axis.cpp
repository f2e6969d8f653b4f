// SPDX-License-Identifier: MIT
#include <examples/report/axis.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

using report::Scale;

namespace {

std::vector<std::string> labels(report::Range range, Scale scale, int about) {
  std::vector<std::string> texts;
  for (auto const& tick : report::ticks(range, scale, about)) texts.push_back(tick.label);
  return texts;
}

}  // namespace

TEST_CASE("ticks: round numbers of the hand-worked table [report]") {
  using Labels = std::vector<std::string>;
  CHECK(labels({0, 1}, Scale::linear, 5) == Labels{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(labels({-1, 1}, Scale::linear, 4) == Labels{"−1.0", "−0.5", "0.0", "0.5", "1.0"});
  CHECK(labels({83, 97.5}, Scale::linear, 5) == Labels{"85", "90", "95"});
  CHECK(labels({0.01, 1000}, Scale::logarithmic, 6) == Labels{"0.01", "0.1", "1", "10", "100", "1000"});
  CHECK(labels({1e-6, 1}, Scale::logarithmic, 4) == Labels{"10⁻⁶", "10⁻⁴", "0.01", "1"});
  CHECK(labels({1.5, 30}, Scale::logarithmic, 5) == Labels{"2", "5", "10", "20"});
}

TEST_CASE("ticks: lie inside any range, in order, neither one nor a crowd [report]") {
  for (double const from : {-1e9, -3.7, -1e-5, 0.0, 1e-7, 0.3, 12.0, 4e8})
    for (double const width : {1e-3, 0.7, 1.0, 3.14, 99.0, 1e7}) {
      if (width < std::abs(from) * 1e-6) continue;  // less than labels of six digits tell apart
      CAPTURE(from);
      CAPTURE(width);
      auto const all = report::ticks({from, from + width}, Scale::linear, 5);
      CHECK(all.size() >= 2);
      CHECK(all.size() <= 6);
      for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(all[i].at >= from - 1e-6 * width);
        CHECK(all[i].at <= from + width * (1 + 1e-6));
        if (i > 0) CHECK(all[i].at > all[i - 1].at);
      }
    }
}

TEST_CASE("ticks: axes that cannot be shown are refused [report]") {
  double const inf = std::numeric_limits<double>::infinity();
  for (report::Range const range :
       {report::Range{1, 1}, report::Range{2, 1}, report::Range{0, inf}, report::Range{-inf, 0}})
    CHECK_THROWS_AS(report::ticks(range, Scale::linear, 5), std::invalid_argument);
  CHECK_THROWS_AS(report::ticks({0, 10}, Scale::logarithmic, 5), std::invalid_argument);
  CHECK_THROWS_AS(report::shown({.label = "y", .from = 3, .to = 2}, {}, 0), std::invalid_argument);
}

TEST_CASE("extent: takes what can be shown, and never an empty range [report]") {
  std::vector<double> const mixed = {std::nan(""), -2, 5, 0, std::numeric_limits<double>::infinity()}, one = {7}, none;
  CHECK(report::extent(mixed, Scale::linear).from == -2);
  CHECK(report::extent(mixed, Scale::linear).to == 5);
  CHECK(report::extent(mixed, Scale::logarithmic).from < 5);
  for (auto const* const values : {&mixed, &one, &none})
    for (Scale const scale : {Scale::linear, Scale::logarithmic}) {
      auto const range = report::shown({.label = "x", .scale = scale}, *values, 0.05);
      CHECK(range.from < range.to);
      CHECK_NOTHROW(report::ticks(range, scale, 5));
    }
  CHECK(report::shown({.label = "x", .from = 0}, one, 0.05).from == 0);
  CHECK(report::shown({.label = "x", .from = 9}, one, 0.05).to > 9);
}

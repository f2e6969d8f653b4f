// SPDX-License-Identifier: MIT
#include <examples/report/grid.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

namespace {

report::Grid bowl(int places) {
  report::Grid grid;
  for (int i = 0; i < places; ++i) {
    grid.x.push_back(-1 + 2.0 * i / (places - 1));
    grid.y.push_back(-1 + 2.0 * i / (places - 1));
  }
  for (double const y : grid.y)
    for (double const x : grid.x) grid.values.push_back(x * x + y * y);
  return grid;
}

}  // namespace

TEST_CASE("contours: a level of a bowl is one closed circle [report]") {
  auto const lines = report::contours(bowl(41), 0.49);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].size() > 40);
  for (auto const p : lines[0]) CHECK(std::hypot(p.x, p.y) == doctest::Approx(0.7).epsilon(0.002));
  CHECK(lines[0].front().x == doctest::Approx(lines[0].back().x));
  CHECK(lines[0].front().y == doctest::Approx(lines[0].back().y));
  // Each crossing once, but for the one where it closes.
  for (std::size_t i = 1; i + 1 < lines[0].size(); ++i)
    CHECK(std::hypot(lines[0][i].x - lines[0][i - 1].x, lines[0][i].y - lines[0][i - 1].y) < 0.08);
}

TEST_CASE("contours: at a border lines end, above and below all values there are none [report]") {
  CHECK(report::contours(bowl(21), 1.5).size() == 4);  // the corners
  CHECK(report::contours(bowl(21), 3).empty());
  CHECK(report::contours(bowl(21), -1).empty());
}

TEST_CASE("contours: a saddle is cut as its mean says [report]") {
  report::Grid grid{.x = {0, 1}, .y = {0, 1}, .values = {1, 0, 0, 1}};
  for (double const level : {0.4, 0.6}) {
    auto const lines = report::contours(grid, level);
    REQUIRE(lines.size() == 2);
    // Mean 0.5: below it the high corners are joined, so each line turns around a low one, and the other way round.
    for (auto const& line : lines) {
      double const x = (line[0].x + line[1].x) / 2, y = (line[0].y + line[1].y) / 2;
      bool const around_low_corner = std::abs(x - y) > 0.3;
      CHECK(around_low_corner == (level < 0.5));
    }
  }
}

TEST_CASE("contours: cells with a value that is no number have no line; grids that are none are refused [report]") {
  report::Grid grid = bowl(5);
  grid.values[12] = std::nan("");  // the middle: all four cells around it
  CHECK(report::contours(grid, 0.1).empty());
  grid.values.pop_back();
  CHECK_THROWS_AS(report::contours(grid, 1), std::invalid_argument);
  CHECK_THROWS_AS(report::check({.x = {0, 0}, .y = {0, 1}, .values = {1, 2, 3, 4}}), std::invalid_argument);
  CHECK_THROWS_AS(report::check({.x = {0}, .y = {0, 1}, .values = {1, 2}}), std::invalid_argument);
}

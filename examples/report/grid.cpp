// SPDX-License-Identifier: MIT
#include "grid.hpp"

#include <array>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

namespace report {

void check(Grid const& grid) {
  auto const refuse = [](std::string const& got, std::string const& expected) {
    throw std::invalid_argument("report::Grid: got " + got + ", expected " + expected);
  };
  for (auto const* const places : {&grid.x, &grid.y}) {
    if (places->size() < 2) refuse(std::to_string(places->size()) + " places on an axis", "at least 2");
    for (std::size_t i = 0; i + 1 < places->size(); ++i)
      if (!((*places)[i] < (*places)[i + 1]))
        refuse("place " + std::to_string(i + 1) + " not above the one before", "places that grow");
  }
  if (grid.values.size() != grid.x.size() * grid.y.size())
    refuse(std::to_string(grid.values.size()) + " values", std::to_string(grid.x.size() * grid.y.size()));
}

namespace {

/// Names an edge of the grid: from (row, column) to its right (0) or upper (1) neighbour.
using Edge = std::array<std::size_t, 3>;

Point crossing(Grid const& g, Edge edge, double level) {
  auto const [row, column, up] = edge;
  std::size_t const row2 = row + up, column2 = column + (1 - up);
  double const a = g.at(row, column), b = g.at(row2, column2);
  double const part = a == b ? 0 : (level - a) / (b - a);
  return {g.x[column] + part * (g.x[column2] - g.x[column]), g.y[row] + part * (g.y[row2] - g.y[row])};
}

/// The one or two pieces of line in a cell, each between two of its edges.
void cell_pieces(Grid const& g, std::size_t row, std::size_t column, double level,
                 std::vector<std::pair<Edge, Edge>>& pieces) {
  std::array const corner = {g.at(row, column), g.at(row, column + 1), g.at(row + 1, column + 1),
                             g.at(row + 1, column)};
  unsigned above = 0;
  double mean = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    if (!std::isfinite(corner[i])) return;
    above |= unsigned(corner[i] >= level) << i;
    mean += corner[i] / 4;
  }
  Edge const below{row, column, 0}, right{row, column + 1, 1}, over{row + 1, column, 0}, left{row, column, 1};
  auto const add = [&](Edge a, Edge b) { pieces.emplace_back(a, b); };
  bool const middle_above = mean >= level;
  switch (above) {
    case 1:
    case 14:
      add(left, below);
      break;
    case 2:
    case 13:
      add(below, right);
      break;
    case 3:
    case 12:
      add(left, right);
      break;
    case 4:
    case 11:
      add(right, over);
      break;
    case 6:
    case 9:
      add(below, over);
      break;
    case 7:
    case 8:
      add(left, over);
      break;
    case 5:
      if (middle_above) add(left, over), add(below, right);
      else add(left, below), add(right, over);
      break;
    case 10:
      if (middle_above) add(left, below), add(right, over);
      else add(left, over), add(below, right);
      break;
    default:
      break;
  }
}

}  // namespace

std::vector<Contour> contours(Grid const& grid, double level) {
  check(grid);
  std::vector<std::pair<Edge, Edge>> pieces;
  for (std::size_t row = 0; row + 1 < grid.y.size(); ++row)
    for (std::size_t column = 0; column + 1 < grid.x.size(); ++column) cell_pieces(grid, row, column, level, pieces);

  std::multimap<Edge, std::size_t> at_edge;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    at_edge.emplace(pieces[i].first, i);
    at_edge.emplace(pieces[i].second, i);
  }
  std::vector<bool> used(pieces.size(), false);
  // Goes along unused pieces from an edge, as far as there are any.
  auto const follow = [&](Edge edge, Contour& line) {
    for (bool found = true; found;) {
      found = false;
      auto const [first, last] = at_edge.equal_range(edge);
      for (auto it = first; it != last && !found; ++it) {
        if (used[it->second]) continue;
        used[it->second] = found = true;
        auto const& [a, b] = pieces[it->second];
        edge = a == edge ? b : a;
        line.push_back(crossing(grid, edge, level));
      }
    }
  };
  std::vector<Contour> lines;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (used[i]) continue;
    used[i] = true;
    Contour ahead = {crossing(grid, pieces[i].second, level)}, back = {crossing(grid, pieces[i].first, level)};
    follow(pieces[i].second, ahead);
    follow(pieces[i].first, back);
    Contour line(back.rbegin(), back.rend());
    line.insert(line.end(), ahead.begin(), ahead.end());
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace report

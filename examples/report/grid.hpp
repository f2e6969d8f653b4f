// SPDX-License-Identifier: MIT
#pragma once

#include "canvas.hpp"

#include <cstddef>
#include <vector>

namespace report {

/// Values on a rectangular grid, values[row * x.size() + column] at (x[column], y[row]); x and y grow.
struct Grid {
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> values;

  double at(std::size_t row, std::size_t column) const { return values[row * x.size() + column]; }
};

/// Throws: std::invalid_argument for fewer than 2x2 places, places that do not grow, or another number of values.
void check(Grid const& grid);

/// A line of equal value; closed ones end where they begin.
using Contour = std::vector<Point>;

/// Lines at which the values, taken as bilinear between the grid's places, equal `level`. A value that equals it counts
/// as above. Cells with a value that is not finite have none. In a saddle the mean of the corners decides.
std::vector<Contour> contours(Grid const& grid, double level);

}  // namespace report

// SPDX-License-Identifier: MIT
#pragma once

#include "axis.hpp"
#include "grid.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace report {

// Figures: plain descriptions, and `svg`, which makes a whole SVG document of one. Series differ in colour, dash and
// marker. A value that is not finite is left out, and a line is broken there.
// Every svg throws std::invalid_argument, naming the series, where lists do not have the same length.

enum class Style {
  line,         ///< for many points
  line_points,  ///< for a few
  points,       ///< a scatter
};

struct Series {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> deviation{};  ///< a band y ± deviation; empty: none
  Style style = Style::line_points;
  std::optional<std::size_t> look{};  ///< number of colour, dash and marker; left out: its place in the list
};

/// A straight line across a chart, with a word beside it.
struct Guide {
  double at = 0;
  std::string label;
};

struct LineChart {
  std::string title;
  Axis x;
  Axis y;
  std::vector<Series> series;
  std::vector<Guide> vertical{};
  std::vector<Guide> horizontal{};
};

struct BarSeries {
  std::string name;
  std::vector<double> values;       ///< one for each group
  std::vector<double> deviation{};  ///< whiskers; empty: none
};

/// Bars from 0 (a logarithmic axis: from its lower end), side by side within each group; values stand on them.
struct BarChart {
  std::string title;
  Axis y;
  std::vector<std::string> groups;
  std::vector<BarSeries> series;
  int decimals = 1;  ///< of the values on the bars
};

struct HistogramSeries {
  std::string name;
  std::vector<double> counts;  ///< one less than edges
};

struct Histogram {
  std::string title;
  Axis x;
  Axis y;
  std::vector<double> edges;
  std::vector<HistogramSeries> series;
};

/// Values over a plane in colours, with lines of equal value. `value` names what is shown and may fix its range, so that
/// two pictures side by side have one scale.
struct HeatMap {
  std::string title;
  Axis x;
  Axis y;
  Axis value;
  Grid grid;
  std::vector<double> levels{};              ///< of the contour lines; empty: those of the scale's ticks and between
  std::optional<double> mark_x{}, mark_y{};  ///< a cross, for example at the trained weights
};

/// The same values as a landscape seen from above and aside.
struct Surface {
  std::string title;
  Axis x;
  Axis y;
  Axis value;
  Grid grid;
  double azimuth = 35;    ///< degrees
  double elevation = 28;  ///< degrees above the plane
};

std::string svg(LineChart const& chart);
std::string svg(BarChart const& chart);
std::string svg(Histogram const& chart);
std::string svg(HeatMap const& chart);
std::string svg(Surface const& chart);

}  // namespace report

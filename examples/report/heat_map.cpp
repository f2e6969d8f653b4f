// SPDX-License-Identifier: MIT
#include "charts.hpp"
#include "plot.hpp"
#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace report {

namespace {

/// Borders of the cells around places: half-way between neighbours, the outer ones at the outer places.
std::vector<double> borders(std::vector<double> const& places) {
  std::vector<double> result = {places.front()};
  for (std::size_t i = 0; i + 1 < places.size(); ++i) result.push_back((places[i] + places[i + 1]) / 2);
  result.push_back(places.back());
  return result;
}

double share(double value, Range range, Scale scale) {
  if (scale == Scale::linear) return (value - range.from) / (range.to - range.from);
  return std::log(std::max(value, range.from) / range.from) / std::log(range.to / range.from);
}

std::vector<double> usual_levels(std::vector<Tick> const& scale) {
  std::vector<double> levels;
  for (std::size_t i = 0; i < scale.size(); ++i) {
    levels.push_back(scale[i].at);
    if (i + 1 < scale.size()) levels.push_back((scale[i].at + scale[i + 1].at) / 2);
  }
  return levels;
}

void draw_scale(Canvas& canvas, Plot const& plot, Axis const& value, Range range, std::vector<Tick> const& scale) {
  double const left = plot.right() + 14, width = 16, height = plot.bottom() - plot.top();
  constexpr int steps = 48;
  for (int i = 0; i < steps; ++i) {
    double const top = plot.bottom() - height * double(i + 1) / steps;
    canvas.rectangle({left, top}, width, height / steps + 0.6, scale_colour((i + 0.5) / steps));
  }
  for (Tick const& tick : scale) {
    double const y = plot.bottom() - height * share(tick.at, range, value.scale);
    canvas.line({left + width, y}, {left + width + 4, y}, {"#444", 1.2, {}, 1});
    canvas.text({left + width + 6, y + 5}, tick.label, {.size = 14});
  }
}

}  // namespace

std::string svg(HeatMap const& chart) {
  check(chart.grid);
  Range const range = shown(chart.value, chart.grid.values, 0);
  std::vector<Tick> const scale = ticks(range, chart.value.scale, 5);
  double labels = 0;
  for (Tick const& tick : scale) labels = std::max(labels, Canvas::text_width(tick.label, 14));

  // The colour scale's name stands where other charts have their legend.
  Plot::Options options{
      .title = chart.title,
      .x = chart.x,
      .y = chart.y,
      .x_range = {chart.grid.x.front(), chart.grid.x.back()},
      .y_range = {chart.grid.y.front(), chart.grid.y.back()},
      .legend = {{.name = "colour: " + chart.value.label, .colour = scale_colour(0.45), .line = false, .box = true}},
      .room_right = 14 + 16 + 6 + labels,
      .grid = false};
  Canvas canvas(Canvas::usual_width, Canvas::usual_height + 20, chart.title);
  Plot plot(canvas, std::move(options));
  auto const xs = borders(chart.grid.x), ys = borders(chart.grid.y);
  for (std::size_t row = 0; row < chart.grid.y.size(); ++row)
    for (std::size_t column = 0; column < chart.grid.x.size(); ++column) {
      double const v = chart.grid.at(row, column);
      Point const corner = plot.at(xs[column], ys[row + 1]);
      double const width = plot.x(xs[column + 1]) - corner.x, height = plot.y(ys[row]) - corner.y;
      // A little wider than the cell: no white seams where a browser rounds.
      canvas.rectangle(corner, width + 0.4, height + 0.4,
                       std::isfinite(v) ? scale_colour(share(v, range, chart.value.scale)) : "#bbb");
    }
  for (double const level : chart.levels.empty() ? usual_levels(scale) : chart.levels)
    for (Contour const& line : contours(chart.grid, level)) {
      std::vector<Point> points;
      for (Point const p : line) points.push_back(plot.at(p.x, p.y));
      canvas.polyline(points, {"#fff", 2.2, {}, 0.6});
      canvas.polyline(points, {"#111", 0.9, {}, 1});
    }
  if (chart.mark_x && chart.mark_y) {
    Point const at = plot.at(*chart.mark_x, *chart.mark_y);
    canvas.marker(at, Marker::cross, "#fff", 8);
    canvas.marker(at, Marker::cross, "#D55E00", 6);
  }
  draw_scale(canvas, plot, chart.value, range, scale);
  plot.finish();
  return canvas.take();
}

}  // namespace report

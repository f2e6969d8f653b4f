// SPDX-License-Identifier: MIT
#include "charts.hpp"
#include "plot.hpp"
#include "text.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

namespace report {

namespace {

void check(Series const& s) {
  if (s.x.size() != s.y.size() || (!s.deviation.empty() && s.deviation.size() != s.y.size()))
    throw std::invalid_argument("report::LineChart: series \"" + s.name + "\": got " + std::to_string(s.x.size()) +
                                " x, " + std::to_string(s.y.size()) + " y and " + std::to_string(s.deviation.size()) +
                                " deviations, expected as many of each");
}

bool shown_at(Axis const& x, Axis const& y, double xv, double yv) {
  auto const fits = [](Axis const& axis, double v) {
    return std::isfinite(v) && (axis.scale == Scale::linear || v > 0);
  };
  return fits(x, xv) && fits(y, yv);
}

/// Calls draw(first, last) for each run of neighbouring points that can be shown.
template <class Draw>
void for_each_run(LineChart const& chart, Series const& s, Draw draw) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= s.x.size(); ++i) {
    if (i < s.x.size() && shown_at(chart.x, chart.y, s.x[i], s.y[i])) continue;
    if (i > begin) draw(begin, i);
    begin = i + 1;
  }
}

void draw_band(Canvas& canvas, Plot const& plot, LineChart const& chart, Series const& s, std::string const& colour,
               double lowest) {
  for_each_run(chart, s, [&](std::size_t first, std::size_t last) {
    std::vector<Point> rim;
    auto const lower = [&](std::size_t i) {
      double const v = s.y[i] - s.deviation[i];
      return chart.y.scale == Scale::logarithmic && v <= 0 ? lowest : v;
    };
    for (std::size_t i = first; i < last; ++i) rim.push_back(plot.at(s.x[i], s.y[i] + s.deviation[i]));
    for (std::size_t i = last; i-- > first;) rim.push_back(plot.at(s.x[i], lower(i)));
    if (last - first == 1) canvas.line(rim.front(), rim.back(), {colour, 2, {}, 0.6});
    else canvas.polygon(rim, colour, 0.16);
  });
}

void draw_series(Canvas& canvas, Plot const& plot, LineChart const& chart, Series const& s, std::size_t look) {
  std::string const colour = series_colour(look);
  for_each_run(chart, s, [&](std::size_t first, std::size_t last) {
    std::vector<Point> points;
    for (std::size_t i = first; i < last; ++i) points.push_back(plot.at(s.x[i], s.y[i]));
    if (s.style != Style::points) canvas.polyline(points, {colour, 2.5, series_dash(look), 1});
    if (s.style != Style::line || points.size() == 1)
      for (Point const p : points) canvas.marker(p, series_marker(look), colour);
  });
}

}  // namespace

std::string svg(LineChart const& chart) {
  std::vector<double> xs, ys;
  Plot::Options options{.title = chart.title, .x = chart.x, .y = chart.y, .x_range = {}, .y_range = {}};
  for (std::size_t n = 0; n < chart.series.size(); ++n) {
    Series const& s = chart.series[n];
    check(s);
    xs.insert(xs.end(), s.x.begin(), s.x.end());
    for (std::size_t i = 0; i < s.y.size(); ++i) {
      double const d = s.deviation.empty() ? 0 : s.deviation[i];
      ys.insert(ys.end(), {s.y[i], s.y[i] - d, s.y[i] + d});
    }
    std::size_t const look = s.look.value_or(n);
    options.legend.push_back({.name = s.name,
                              .colour = series_colour(look),
                              .dash = series_dash(look),
                              .marker = s.style == Style::line ? std::nullopt : std::optional(series_marker(look)),
                              .line = s.style != Style::points});
  }
  for (Guide const& guide : chart.vertical) xs.push_back(guide.at);
  for (Guide const& guide : chart.horizontal) ys.push_back(guide.at);
  options.x_range = shown(chart.x, xs, 0.02);
  options.y_range = shown(chart.y, ys, 0.05);
  double const lowest = options.y_range.from;

  Canvas canvas(Canvas::usual_width, Canvas::usual_height, chart.title);
  Plot plot(canvas, std::move(options));
  plot.begin_inside();
  for (std::size_t n = 0; n < chart.series.size(); ++n)
    if (Series const& s = chart.series[n]; !s.deviation.empty())
      draw_band(canvas, plot, chart, s, series_colour(s.look.value_or(n)), lowest);
  for (Guide const& guide : chart.vertical)
    canvas.line({plot.x(guide.at), plot.top()}, {plot.x(guide.at), plot.bottom()}, {"#555", 1.5, "5 4", 1});
  for (Guide const& guide : chart.horizontal)
    canvas.line({plot.left(), plot.y(guide.at)}, {plot.right(), plot.y(guide.at)}, {"#555", 1.5, "5 4", 1});
  for (std::size_t n = 0; n < chart.series.size(); ++n)
    draw_series(canvas, plot, chart, chart.series[n], chart.series[n].look.value_or(n));
  plot.end_inside();
  for (Guide const& guide : chart.vertical) {
    bool const left_of_it = plot.x(guide.at) + Canvas::text_width(guide.label, 14) + 8 > plot.right();
    canvas.text({plot.x(guide.at) + (left_of_it ? -6.0 : 6.0), plot.top() + 16}, guide.label,
                {.size = 14, .anchor = left_of_it ? Anchor::end : Anchor::start, .colour = "#444", .halo = true});
  }
  for (Guide const& guide : chart.horizontal)
    canvas.text({plot.right() - 4, plot.y(guide.at) - 5}, guide.label,
                {.size = 14, .anchor = Anchor::end, .colour = "#444", .halo = true});
  plot.finish();
  return canvas.take();
}

}  // namespace report

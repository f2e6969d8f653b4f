// SPDX-License-Identifier: MIT
#include "charts.hpp"
#include "plot.hpp"
#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace report {

namespace {

[[noreturn]] void refuse_length(std::string const& chart, std::string const& series, std::size_t got,
                                std::size_t expected) {
  throw std::invalid_argument("report::" + chart + ": series \"" + series + "\": got " + std::to_string(got) +
                              " values, expected " + std::to_string(expected));
}

Plot::Options frame(std::string const& title, Axis const& x, Axis const& y) {
  return {.title = title, .x = x, .y = y, .x_range = {}, .y_range = {}};
}

}  // namespace

std::string svg(BarChart const& chart) {
  bool const logarithmic = chart.y.scale == Scale::logarithmic;
  std::vector<double> ys;
  if (!logarithmic) ys.push_back(0);
  Plot::Options options = frame(chart.title, {}, chart.y);
  for (std::size_t n = 0; n < chart.series.size(); ++n) {
    BarSeries const& s = chart.series[n];
    if (s.values.size() != chart.groups.size()) refuse_length("BarChart", s.name, s.values.size(), chart.groups.size());
    if (!s.deviation.empty() && s.deviation.size() != s.values.size())
      refuse_length("BarChart", s.name + " (deviations)", s.deviation.size(), s.values.size());
    for (std::size_t i = 0; i < s.values.size(); ++i) {
      double const d = s.deviation.empty() ? 0 : s.deviation[i];
      ys.insert(ys.end(), {s.values[i] + d, s.values[i] - d, s.values[i]});
    }
    options.legend.push_back({.name = s.name, .colour = series_colour(n), .line = false, .box = true});
  }
  // Room for the values that stand on the bars.
  options.y_range = shown(chart.y, ys, 0.12);
  double const smallest = extent(ys, chart.y.scale).from;
  if (!logarithmic && smallest >= 0 && !chart.y.from) options.y_range.from = 0;
  options.x_range = {-0.5, double(std::max<std::size_t>(chart.groups.size(), 1)) - 0.5};
  options.categories = chart.groups;
  double const base = logarithmic ? options.y_range.from : std::clamp(0.0, options.y_range.from, options.y_range.to);
  double const lowest = options.y_range.from;

  Canvas canvas(Canvas::usual_width, Canvas::usual_height, chart.title);
  Plot plot(canvas, std::move(options));
  double const width = 0.8 / double(std::max<std::size_t>(chart.series.size(), 1));
  double const pixels = plot.x(width) - plot.x(0);
  for (std::size_t n = 0; n < chart.series.size(); ++n) {
    BarSeries const& s = chart.series[n];
    for (std::size_t i = 0; i < s.values.size(); ++i) {
      double const v = s.values[i];
      if (!std::isfinite(v) || (logarithmic && v <= 0)) continue;
      double const left = double(i) - 0.4 + width * double(n);
      double const top = plot.y(std::max(v, base)), bottom = plot.y(std::min(v, base));
      canvas.rectangle({plot.x(left) + 1, top}, pixels - 2, std::max(bottom - top, 0.5), series_colour(n), 0.85);
      double label = plot.y(v);
      if (!s.deviation.empty() && s.deviation[i] > 0) {
        double const middle = plot.x(left + width / 2);
        double const high = plot.y(v + s.deviation[i]), low = plot.y(std::max(v - s.deviation[i], lowest));
        Stroke const whisker{"#222", 1.5, {}, 1};
        canvas.line({middle, high}, {middle, low}, whisker);
        canvas.line({middle - 5, high}, {middle + 5, high}, whisker);
        canvas.line({middle - 5, low}, {middle + 5, low}, whisker);
        label = high;
      }
      std::string const value = logarithmic ? significant(v) : fixed(v, chart.decimals);
      if (Canvas::text_width(value, 14) <= pixels + 8)
        canvas.text({plot.x(left + width / 2), label - 5}, value, {.size = 14, .anchor = Anchor::middle, .halo = true});
    }
  }
  if (base > lowest) canvas.line({plot.left(), plot.y(base)}, {plot.right(), plot.y(base)}, {"#444", 1, {}, 1});
  plot.finish();
  return canvas.take();
}

std::string svg(Histogram const& chart) {
  if (chart.edges.size() < 2) throw std::invalid_argument("report::Histogram: got fewer than two edges, expected more");
  std::vector<double> ys = {0};
  Plot::Options options = frame(chart.title, chart.x, chart.y);
  for (std::size_t n = 0; n < chart.series.size(); ++n) {
    HistogramSeries const& s = chart.series[n];
    if (s.counts.size() + 1 != chart.edges.size())
      refuse_length("Histogram", s.name, s.counts.size(), chart.edges.size() - 1);
    ys.insert(ys.end(), s.counts.begin(), s.counts.end());
    options.legend.push_back({.name = s.name, .colour = series_colour(n), .dash = series_dash(n)});
  }
  options.x_range = shown(chart.x, chart.edges, 0);
  options.y_range = shown(chart.y, ys, 0.06);
  if (!chart.y.from && chart.y.scale == Scale::linear) options.y_range.from = 0;
  double const base = options.y_range.from;

  Canvas canvas(Canvas::usual_width, Canvas::usual_height, chart.title);
  Plot plot(canvas, std::move(options));
  plot.begin_inside();
  for (std::size_t n = 0; n < chart.series.size(); ++n) {
    std::vector<Point> rim = {plot.at(chart.edges.front(), base)};
    for (std::size_t i = 0; i + 1 < chart.edges.size(); ++i) {
      double const count = chart.series[n].counts[i];
      double const v = std::isfinite(count) && count > base ? count : base;
      rim.push_back(plot.at(chart.edges[i], v));
      rim.push_back(plot.at(chart.edges[i + 1], v));
    }
    rim.push_back(plot.at(chart.edges.back(), base));
    canvas.polygon(rim, series_colour(n), 0.18);
    canvas.polyline(rim, {series_colour(n), 2.2, series_dash(n), 1});
  }
  plot.end_inside();
  plot.finish();
  return canvas.take();
}

}  // namespace report

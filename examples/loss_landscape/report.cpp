// SPDX-License-Identifier: MIT
#include "landscape.hpp"

#include <examples/experiments/summary.hpp>
#include <examples/report/report.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace loss_landscape {

using experiments::Measured;
using nlohmann::json;

namespace {

struct Quantity {
  char const* key;   ///< in the results of `flatness`
  char const* name;  ///< in tables and claims
  int decimals;
};

constexpr Quantity eigenvalue{"eigenvalue", "largest Hessian eigenvalue", 2};
constexpr Quantity trace{"trace", "trace of the Hessian", 1};
constexpr Quantity worst{"worst_increase", "largest increase of the loss found within the radius", 3};
constexpr Quantity random{"random_increase", "mean increase of the loss in random directions at the radius", 4};

std::vector<double> of(Method const& method, std::string const& loss, char const* key) {
  return experiments::numbers(method.seeds, "/flatness/" + loss + "/" + key);
}

std::string weights_of(Method const& method) { return std::string(name_of(method.objective)) + "-trained"; }

report::Grid grid(Method const& method, std::string const& key) {
  auto const a = method.plane.at("a").get<std::vector<double>>();
  report::Grid grid{.x = a, .y = a, .values = {}};
  for (json const& v : method.plane.at(key)) grid.values.push_back(experiments::number(v));
  return grid;
}

/// One range for all pictures, so that they can be compared: of all finite values.
std::pair<double, double> range(std::vector<report::Grid> const& grids) {
  double lowest = std::numeric_limits<double>::infinity(), highest = 0;
  for (auto const& g : grids)
    for (double const v : g.values) {
      if (!std::isfinite(v)) continue;
      lowest = std::min(lowest, v);
      highest = std::max(highest, v);
    }
  lowest = std::max(lowest, 1e-4);
  return {lowest, std::max(highest, lowest * 1.01)};
}

report::Axis const first_axis{.label = "step along direction 1 (filter lengths)"};
report::Axis const second_axis{.label = "step along direction 2"};

void add_planes(report::Report& r, Method const& sdt, Method const& tet) {
  std::vector<report::Picture> maps, surfaces;
  std::vector<report::Grid> grids;
  for (auto const* const method : {&sdt, &tet})
    for (char const* const key : {"sdt", "tet"}) grids.push_back(grid(*method, key));
  auto const [lowest, highest] = range(grids);
  std::size_t next = 0;
  for (auto const* const method : {&sdt, &tet})
    for (char const* const key : {"sdt", "tet"}) {
      std::string const loss = key == std::string("sdt") ? "L_SDT" : "L_TET";
      std::string const title = loss + " around " + weights_of(*method) + " weights";
      report::Axis const value{
          .label = loss + " (nats)", .scale = report::Scale::logarithmic, .from = lowest, .to = highest};
      report::Grid const& g = grids[next++];
      std::string const file = std::string("_") + key + "_around_" + name_of(method->objective);
      maps.push_back({"map" + file, svg(report::HeatMap{.title = title,
                                                        .x = first_axis,
                                                        .y = second_axis,
                                                        .value = value,
                                                        .grid = g,
                                                        .mark_x = 0,
                                                        .mark_y = 0})});
      surfaces.push_back({"surface" + file, svg(report::Surface{.title = title,
                                                                .x = {.label = "direction 1"},
                                                                .y = {.label = "direction 2"},
                                                                .value = value,
                                                                .grid = g})});
    }
  r.heading("The landscape in two directions");
  r.figure(
      "Loss over the plane of two random filter-normalised directions (first seed), lines of equal loss; the cross "
      "marks "
      "the trained weights. All four have one colour scale.",
      std::move(maps));
  r.figure("The same as surfaces; heights are logarithmic, and the same in all four.", std::move(surfaces));
}

void add_lines(report::Report& r, Method const& sdt, Method const& tet) {
  std::vector<report::Picture> pictures;
  for (char const* const key : {"sdt", "tet"}) {
    report::LineChart chart{
        .title = std::string(key == std::string("sdt") ? "L_SDT" : "L_TET") + " along a random direction",
        .x = {.label = "step (filter lengths)"},
        .y = {.label = "loss (nats)", .scale = report::Scale::logarithmic},
        .series = {}};
    for (auto const* const method : {&sdt, &tet})
      chart.series.push_back(experiments::curve(weights_of(*method), method->seeds[0].at("line").at("a"), method->seeds,
                                                std::string("/line/") + key, 1, report::Style::line_points));
    pictures.push_back({std::string("line_") + key, svg(chart)});
  }
  r.heading("The landscape in one direction");
  r.figure(
      "Loss along one random filter-normalised direction for each seed, mean and standard deviation over seeds. In the "
      "middle are the trained weights.",
      std::move(pictures));
}

void add_flatness(report::Report& r, Method const& sdt, Method const& tet, LandscapeOptions const& options) {
  std::vector<Quantity> quantities = {eigenvalue, worst, random};
  if (options.flatness.probes > 0) quantities.insert(quantities.begin() + 1, trace);
  std::vector<report::Picture> pictures;
  report::Table table{.caption = "Flatness around the trained weights, mean ± standard deviation over seeds.",
                      .columns = {"quantity", "loss", weights_of(sdt), weights_of(tet)},
                      .rows = {},
                      .file = "flatness"};
  for (Quantity const& q : quantities) {
    report::BarChart chart{
        .title = q.name,
        .y = {.label = q.key == eigenvalue.key || q.key == trace.key ? "curvature (nats)" : "increase (nats)"},
        .groups = {"L_SDT", "L_TET"},
        .series = {},
        .decimals = q.decimals};
    for (auto const* const method : {&sdt, &tet})
      chart.series.push_back(
          experiments::bars(weights_of(*method), {of(*method, "SDT", q.key), of(*method, "TET", q.key)}));
    pictures.push_back({std::string("flatness_") + q.key, svg(chart)});
    for (char const* const loss : {"SDT", "TET"})
      table.rows.push_back({q.name, std::string("L_") + loss, experiments::cell(of(sdt, loss, q.key), q.decimals),
                            experiments::cell(of(tet, loss, q.key), q.decimals)});
  }
  for (char const* const loss : {"SDT", "TET"})
    table.rows.push_back({"loss at the weights", std::string("L_") + loss, experiments::cell(of(sdt, loss, "loss"), 4),
                          experiments::cell(of(tet, loss, "loss"), 4)});
  r.heading("Flatness in numbers");
  r.figure("Smaller is flatter. Whiskers: one standard deviation over seeds.", std::move(pictures));
  r.table(std::move(table));
  r.paragraph(
      "The Hessian is that of the surrogate gradient, by central differences of gradients over " +
      std::to_string(options.flatness.samples) +
      " training samples, with each batch's own BatchNorm statistics; the eigenvalue by power iteration, the trace by "
      "Hutchinson's estimate. It depends on the scale of filters before a BatchNorm; the increases within a radius, a "
      "share of "
      "each filter's length, do not. L_TET stands for the mean over timesteps of the cross entropy, without the "
      "regulariser.");
  int open = 0, total = 0;
  for (auto const* const method : {&sdt, &tet})
    for (json const& seed : method->seeds)
      for (char const* const loss : {"SDT", "TET"}) {
        ++total;
        open += !seed.at("flatness").at(loss).at("converged").get<bool>();
      }
  r.paragraph(std::to_string(total - open) + " of " + std::to_string(total) +
              " power iterations converged (change below 2 % from one iteration to the next, at most " +
              std::to_string(options.flatness.iterations) + " iterations).");
}

void add_training(report::Report& r, Method const& sdt, Method const& tet) {
  std::vector<json> runs[2];
  for (json const& seed : sdt.seeds) runs[0].push_back(seed.at("training"));
  for (json const& seed : tet.seeds) runs[1].push_back(seed.at("training"));
  auto const chart = [&](char const* title, char const* label, char const* field, double factor) {
    report::LineChart c{.title = title, .x = {.label = "epoch"}, .y = {.label = label}, .series = {}};
    c.series.push_back(experiments::epoch_curve(weights_of(sdt), runs[0], field, factor));
    c.series.push_back(experiments::epoch_curve(weights_of(tet), runs[1], field, factor));
    return svg(c);
  };
  r.heading("How the weights were trained");
  r.figure("Mean and standard deviation over seeds.",
           {{"training_accuracy", chart("Test accuracy", "accuracy (%)", "test_accuracy", 100)},
            {"training_loss", chart("Test loss: cross entropy of the mean output", "loss (nats)", "test_loss", 1)}});
}

std::vector<report::Claim> claims(Method const& sdt, Method const& tet) {
  std::vector<report::Claim> result;
  for (char const* const loss : {"SDT", "TET"})
    for (Quantity const& q : {eigenvalue, worst})
      result.push_back(experiments::claim_smaller(
          std::string("L_") + loss + " is flatter around TET's weights than around SDT's: " + q.name + ".",
          Measured{weights_of(tet), of(tet, loss, q.key)}, Measured{weights_of(sdt), of(sdt, loss, q.key)}, "nats",
          q.decimals));
  std::vector<double> gap[2];
  for (auto const* const method : {&sdt, &tet}) {
    auto const a = of(*method, "SDT", "loss"), b = of(*method, "TET", "loss");
    for (std::size_t i = 0; i < a.size(); ++i) gap[method == &tet].push_back(b[i] - a[i]);
  }
  result.push_back(
      experiments::claim_smaller("SDT leaves the outputs of single timesteps behind: L_TET lies further above L_SDT, "
                                 "its lower bound, at SDT's weights.",
                                 Measured{weights_of(tet) + " L_TET − L_SDT", gap[1]},
                                 Measured{weights_of(sdt) + " L_TET − L_SDT", gap[0]}, "nats", 3));
  return result;
}

}  // namespace

std::vector<double> places(long count, double reach) {
  std::vector<double> a;
  for (long i = 0; i < count; ++i) a.push_back(reach * double(2 * i - (count - 1)) / double(count - 1));
  return a;
}

std::vector<report::Table> raw_numbers(Method const& sdt, Method const& tet) {
  report::Table lines{
      .caption = {}, .columns = {"trained_with", "seed", "a", "loss_sdt", "loss_tet"}, .rows = {}, .file = "lines"};
  report::Table planes{
      .caption = {}, .columns = {"trained_with", "a", "b", "loss_sdt", "loss_tet"}, .rows = {}, .file = "planes"};
  for (auto const* const method : {&sdt, &tet}) {
    std::string const name = name_of(method->objective);
    for (std::size_t n = 0; n < method->seeds.size(); ++n) {
      json const& line = method->seeds[n].at("line");
      for (std::size_t i = 0; i < line.at("a").size(); ++i)
        lines.rows.push_back(
            {name, std::to_string(n + 1), line["a"][i].dump(), line["sdt"][i].dump(), line["tet"][i].dump()});
    }
    json const& plane = method->plane;
    std::size_t const places = plane.at("a").size();
    for (std::size_t j = 0; j < places * places; ++j)
      planes.rows.push_back({name, plane["a"][j % places].dump(), plane["a"][j / places].dump(), plane["sdt"][j].dump(),
                             plane["tet"][j].dump()});
  }
  return {std::move(lines), std::move(planes)};
}

report::Report make_report(Method const& sdt, Method const& tet, LandscapeOptions const& options,
                           experiments::CommandLine const& line) {
  report::Report r{.title = "Loss landscapes of SDT and TET",
                   .question =
                       "Temporal efficient training finds flatter minima than standard direct training (Deng et al. "
                       "2022, sec. 4.2 and 5.1).",
                   .claims = claims(sdt, tet),
                   .body = {},
                   .settings = line.settings(),
                   .command = line.command()};
  r.settings.emplace_back("seeds", std::to_string(line.options().seeds));
  add_lines(r, sdt, tet);
  add_planes(r, sdt, tet);
  add_flatness(r, sdt, tet, options);
  add_training(r, sdt, tet);
  auto const accuracy = [](Method const& m) {
    return experiments::cell(experiments::numbers(m.seeds, "/test/accuracy"), 2, 100);
  };
  r.table({.caption = "Test accuracy in % at the timesteps of training.",
           .columns = {weights_of(sdt), weights_of(tet)},
           .rows = {{accuracy(sdt), accuracy(tet)}},
           .file = "accuracy"});
  return r;
}

}  // namespace loss_landscape

// SPDX-License-Identifier: MIT
#include "pages.hpp"

#include <examples/experiments/compare.hpp>
#include <examples/report/charts.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <numeric>
#include <utility>

namespace temporal_scaling {

namespace {

using experiments::SeedRows;
using experiments::Sides;
using nlohmann::json;
using Values = std::vector<double>;

constexpr double percent = 100;

Values timesteps_to(long last) {
  Values t(std::size_t(last), 0);
  std::iota(t.begin(), t.end(), 1);
  return t;
}

std::string short_number(double value) {
  char room[40];
  std::snprintf(room, sizeof room, "%g", value);
  return room;
}

/// Mean of the numbers first … last - 1 of each seed's row.
Values means(SeedRows const& rows, std::size_t first, std::size_t last) {
  Values result;
  for (auto const& row : rows)
    result.push_back(std::accumulate(row.begin() + std::ptrdiff_t(first), row.begin() + std::ptrdiff_t(last), 0.0) /
                     double(last - first));
  return result;
}

report::LineChart accuracy_chart(std::string title, report::Axis x, Values const& at, SeedRows const& sdt,
                                 SeedRows const& tet) {
  return {.title = std::move(title),
          .x = std::move(x),
          .y = {.label = "test accuracy (%)"},
          .series = {experiments::over_seeds("SDT", at, sdt), experiments::over_seeds("TET", at, tet)}};
}

/// One of the measured lists of both losses against its strengths.
struct Disturbance {
  std::string list, title, axis;
  Values strengths;
};

std::vector<Disturbance> disturbances(Trial const& trial, std::string const& noise_name) {
  return {{"noise", "Noise in the input", noise_name, trial.noise},
          {"dropped", "Dropped input", "share of input values set to 0", trial.dropped},
          {"rounded", "Rounded weights", "bits of a weight", Values(trial.bits.begin(), trial.bits.end())}};
}

/// Least mean timesteps at which stopping early costs a run at most one percentage point of its accuracy.
double timesteps_needed(json const& run) {
  double const least = run.at("exits").back().at("accuracy").get<double>() - 0.01;
  double needed = run.at("exits").back().at("timesteps").get<double>();
  for (json const& exit : run.at("exits"))
    if (exit.at("accuracy").get<double>() >= least) needed = std::min(needed, exit.at("timesteps").get<double>());
  return needed;
}

Values timesteps_needed(std::vector<json> const& runs) {
  Values needed;
  for (json const& run : runs) needed.push_back(timesteps_needed(run));
  return needed;
}

void add_claims(report::Report& page, Results const& r, Trial const& trial) {
  auto const sides = [&](Values tet, Values sdt) {
    return Sides{.first = "TET", .second = "SDT", .a = std::move(tet), .b = std::move(sdt), .unit = "%"};
  };
  auto const both = [&](std::string const& list, std::size_t first, std::size_t last) {
    return sides(means(experiments::rows_of(r.tet, list, "", percent), first, last),
                 means(experiments::rows_of(r.sdt, list, "", percent), first, last));
  };
  std::size_t const T = std::size_t(trial.trained);
  if (T > 1)
    page.claims.push_back(experiments::greater(
        "Stopped before its last timestep, a network trained with TET is more accurate than one trained with SDT "
        "(" +
            std::string(T > 2 ? "mean over T = 1 to " + std::to_string(T - 1) : "T = 1") + ").",
        both("accuracy_at", 0, T - 1)));
  page.claims.push_back(experiments::greater(
      "Each timestep alone classifies better after TET (mean over the timesteps of training).", both("alone", 0, T)));
  Sides needed{.first = "SDT",
               .second = "TET",
               .a = timesteps_needed(r.sdt),
               .b = timesteps_needed(r.tet),
               .unit = "timesteps",
               .decimals = 2};
  page.claims.push_back(experiments::greater(
      "Stopping when confident, SDT needs more timesteps than TET to stay within one percentage point of its own full "
      "accuracy.",
      needed));
  page.claims.push_back(experiments::greater("TET stands noise in the input better (mean over all strengths above 0).",
                                             both("noise", 1, trial.noise.size())));
  page.claims.push_back(experiments::greater("TET stands dropped input better (mean over all shares above 0).",
                                             both("dropped", 1, trial.dropped.size())));
  std::size_t coarse = 0;  // the first number of bits up to 4
  while (coarse < trial.bits.size() && trial.bits[coarse] > 4) ++coarse;
  if (coarse < trial.bits.size())
    page.claims.push_back(experiments::greater("TET stands weights of 4 bits and fewer better (mean over them).",
                                               both("rounded", coarse, trial.bits.size())));
}

void add_time(report::Report& page, Results const& r, Trial const& trial) {
  using experiments::rows_of;
  page.heading("Accuracy at every number of timesteps");
  page.paragraph(
      "Both networks were trained at T = " + std::to_string(trial.trained) +
      ". The first picture stops a run after T timesteps and takes the mean of the outputs so far; the second "
      "one takes the output of a single timestep and forgets the others.");
  Values const all = timesteps_to(trial.longest);
  report::LineChart up_to =
      accuracy_chart("Mean of the outputs up to T", {.label = "timesteps T"}, all,
                     rows_of(r.sdt, "accuracy_at", "", percent), rows_of(r.tet, "accuracy_at", "", percent));
  report::LineChart alone = accuracy_chart("Each timestep alone", {.label = "timestep"}, all,
                                           rows_of(r.sdt, "alone", "", percent), rows_of(r.tet, "alone", "", percent));
  if (trial.longest > trial.trained)
    for (report::LineChart* chart : {&up_to, &alone})
      chart->vertical = {{.at = double(trial.trained), .label = "training"}};
  page.figure("Test accuracy against time; bands are one standard deviation over seeds.",
              {{"accuracy_at_t", svg(up_to)}, {"each_timestep_alone", svg(alone)}});

  report::Table table{.caption = "Test accuracy (%) in numbers",
                      .columns = {"T", "SDT", "TET", "SDT, alone", "TET, alone"},
                      .rows = {}};
  for (std::size_t t = 0; t < all.size(); ++t) {
    std::vector<std::string> row{short_number(all[t])};
    for (char const* list : {"accuracy_at", "alone"})
      for (auto const* runs : {&r.sdt, &r.tet})
        row.push_back(report::text(report::statistics(experiments::column(rows_of(*runs, list, "", percent), t)), 1));
    table.rows.push_back(std::move(row));
  }
  page.table(std::move(table));
}

void add_early_exit(report::Report& page, Results const& r, Trial const& trial) {
  using experiments::rows_of;
  page.heading("Early exit");
  page.paragraph(
      "A sample stops at the first timestep at which the softmax of the mean output so far reaches a "
      "threshold for some class, and at T = " +
      std::to_string(trial.trained) +
      " at the latest. Each point is one threshold: up and left is better. TET's regulariser keeps outputs "
      "together, so the same confidence does not mean the same risk after both losses: compare curves, not "
      "thresholds.");
  auto const curve = [&](std::string name, std::vector<json> const& runs) {
    SeedRows const timesteps = rows_of(runs, "exits", "timesteps");
    Values mean_timesteps;
    for (std::size_t i = 0; i < trial.thresholds.size(); ++i)
      mean_timesteps.push_back(report::statistics(experiments::column(timesteps, i)).mean);
    return experiments::over_seeds(std::move(name), mean_timesteps, rows_of(runs, "exits", "accuracy", percent));
  };
  report::LineChart const chart{.title = "What confidence buys",
                                .x = {.label = "timesteps used (mean over samples)"},
                                .y = {.label = "test accuracy (%)"},
                                .series = {curve("SDT", r.sdt), curve("TET", r.tet)}};
  std::size_t const shown = 5;  // a threshold of 0.5
  report::BarChart shares{.title = "When samples stop, threshold " + short_number(trial.thresholds[shown]),
                          .y = {.label = "share of samples (%)", .from = 0},
                          .groups = {},
                          .series = {}};
  for (double const t : timesteps_to(trial.trained)) shares.groups.push_back("t = " + short_number(t));
  for (auto const& [name, runs] : {std::pair{"SDT", &r.sdt}, std::pair{"TET", &r.tet}}) {
    SeedRows rows;
    for (json const& run : *runs) rows.push_back(run.at("exits").at(shown).at("shares").get<Values>());
    report::BarSeries bars{.name = name, .values = {}};
    for (std::size_t t = 0; t < shares.groups.size(); ++t) {
      report::Statistics const s = report::statistics(experiments::column(rows, t));
      bars.values.push_back(percent * s.mean);
      bars.deviation.push_back(percent * s.deviation);
    }
    shares.series.push_back(std::move(bars));
  }
  shares.decimals = 0;
  page.figure("Accuracy against the mean number of timesteps used, and when samples stop.",
              {{"early_exit", svg(chart)}, {"exit_shares", svg(shares)}});
}

void add_disturbances(report::Report& page, Results const& r, Trial const& trial, std::string const& noise_name) {
  using experiments::rows_of;
  page.heading("Robustness");
  page.paragraph("The same weights at T = " + std::to_string(trial.trained) +
                 ", with disturbed input or rounded weights: not claims of the paper, asked along. Weights are rounded "
                 "with one scale for each output channel, and all else is left as it was.");
  std::vector<report::Picture> pictures;
  for (Disturbance const& d : disturbances(trial, noise_name))
    pictures.push_back(
        {d.list, svg(accuracy_chart(d.title, {.label = d.axis}, d.strengths, rows_of(r.sdt, d.list, "", percent),
                                    rows_of(r.tet, d.list, "", percent)))});
  report::BarChart engine{.title = "The engine with weights of one byte",
                          .y = {.label = "test accuracy (%)", .from = 0},
                          .groups = {"weights as trained", "tet::Int8"},
                          .series = {}};
  for (auto const& [name, runs] : {std::pair{"SDT", &r.sdt}, std::pair{"TET", &r.tet}}) {
    Values full, bytes;
    for (json const& run : *runs) {
      full.push_back(percent * run.at("accuracy_at").at(std::size_t(trial.trained - 1)).get<double>());
      bytes.push_back(percent * run.at("int8").get<double>());
    }
    report::Statistics const a = report::statistics(full), b = report::statistics(bytes);
    engine.series.push_back({.name = name, .values = {a.mean, b.mean}, .deviation = {a.deviation, b.deviation}});
  }
  pictures.push_back({"int8", svg(engine)});
  page.figure("Test accuracy under disturbances; bands and whiskers are one standard deviation over seeds.",
              std::move(pictures));
}

}  // namespace

report::Report make_report(Results const& results, Trial const& trial, std::string const& noise_name) {
  report::Report page;
  page.title = "Temporal scaling";
  page.question =
      "What do networks trained with SDT and with TET give when they are stopped early, when they stop "
      "themselves, and when their input or weights are not what they were trained with?";
  add_claims(page, results, trial);
  add_time(page, results, trial);
  add_early_exit(page, results, trial);
  add_disturbances(page, results, trial, noise_name);
  return page;
}

report::Table all_numbers(Results const& results, Trial const& trial) {
  report::Table table{
      .caption = {}, .columns = {"loss", "seed", "measured", "at", "accuracy", "timesteps"}, .rows = {}};
  auto const add = [&](std::string const& loss, std::size_t seed, std::string const& what, double at, double accuracy,
                       double timesteps) {
    table.rows.push_back({loss, std::to_string(seed + 1), what, short_number(at), short_number(percent * accuracy),
                          short_number(timesteps)});
  };
  for (auto const& [loss, runs] : {std::pair{"SDT", &results.sdt}, std::pair{"TET", &results.tet}}) {
    for (std::size_t seed = 0; seed < runs->size(); ++seed) {
      json const& run = (*runs)[seed];
      for (char const* list : {"accuracy_at", "alone"})
        for (std::size_t t = 0; t < run.at(list).size(); ++t)
          add(loss, seed, list, double(t + 1), run.at(list)[t].get<double>(), double(t + 1));
      for (json const& exit : run.at("exits"))
        add(loss, seed, "early_exit", exit.at("threshold").get<double>(), exit.at("accuracy").get<double>(),
            exit.at("timesteps").get<double>());
      for (Disturbance const& d : disturbances(trial, ""))
        for (std::size_t i = 0; i < d.strengths.size(); ++i)
          add(loss, seed, d.list, d.strengths[i], run.at(d.list).at(i).get<double>(), double(trial.trained));
      add(loss, seed, "int8", 8, run.at("int8").get<double>(), double(trial.trained));
    }
  }
  return table;
}

}  // namespace temporal_scaling

// SPDX-License-Identifier: MIT
#include "pages.hpp"

#include <examples/experiments/compare.hpp>
#include <examples/report/charts.hpp>

#include <cstddef>
#include <cstdio>
#include <iterator>
#include <utility>

namespace time_inheritance {

namespace {

using experiments::SeedRows;
using nlohmann::json;
using Values = std::vector<double>;

/// "About half": the share of the time that inheritance may take for that claim to hold.
constexpr double about_half = 0.65;

std::string number(double value, char const* format = "%.6g") {
  char room[40];
  std::snprintf(room, sizeof room, format, value);
  return room;
}

/// Sum of a field over the epochs so far, after each of them; operations are those of a sample, times `scale`.
SeedRows summed(Outcome const& outcome, std::string const& field, double scale) {
  SeedRows rows = experiments::rows_of(outcome.runs, "epochs", field, scale);
  for (auto& row : rows)
    for (std::size_t i = 1; i < row.size(); ++i) row[i] += row[i - 1];
  return rows;
}

Values last(SeedRows const& rows) {
  Values result;
  for (auto const& row : rows) result.push_back(row.back());
  return result;
}

Values final_accuracy(Outcome const& outcome) {
  return last(experiments::rows_of(outcome.runs, "accuracy_at", "", 100));
}

/// Accuracy at the target's timesteps after each epoch, against the mean over seeds of what that took.
report::Series progress(Outcome const& outcome, SeedRows const& cost) {
  Values x;
  for (std::size_t i = 0; i < cost.front().size(); ++i)
    x.push_back(report::statistics(experiments::column(cost, i)).mean);
  return experiments::over_seeds(outcome.way.name, std::move(x),
                                 experiments::rows_of(outcome.runs, "epochs", "target_accuracy", 100));
}

struct Costs {
  SeedRows seconds, operations;

  Costs(Outcome const& outcome, tet::Index samples)
      : seconds(summed(outcome, "seconds", 1)), operations(summed(outcome, "operations", double(samples) * 1e-9)) {}
};

report::Claim about_half_of(std::string sentence, Values const& inherited, Values const& scratch,
                            std::string const& unit) {
  report::Statistics const a = report::statistics(inherited), b = report::statistics(scratch);
  double const share = a.mean / b.mean;
  return {std::move(sentence), share <= about_half ? report::Outcome::holds : report::Outcome::does_not_show,
          "inherited " + report::text(a, 2) + " " + unit + ", from scratch " + report::text(b, 2) + " " + unit + ": " +
              number(100 * share, "%.0f") + " %; it holds up to " + number(100 * about_half, "%.0f") + " %"};
}

void add_claims(report::Report& page, std::vector<Outcome> const& outcomes, std::vector<Costs> const& costs) {
  page.claims.push_back(about_half_of("Time inheritance takes about half the training time.", last(costs[1].seconds),
                                      last(costs[0].seconds), "s"));
  page.claims.push_back(about_half_of("It takes about half the synaptic operations of the forward passes.",
                                      last(costs[1].operations), last(costs[0].operations), "billion"));
  char const* const sentences[] = {"At the target's timesteps it is as accurate as training from scratch, or more.",
                                   "So it is with statistics of BatchNorm taken anew at the switch."};
  for (std::size_t i = 1; i < outcomes.size(); ++i)
    page.claims.push_back(experiments::not_less(sentences[i - 1], {.first = "inherited",
                                                                   .second = "from scratch",
                                                                   .a = final_accuracy(outcomes[i]),
                                                                   .b = final_accuracy(outcomes[0]),
                                                                   .unit = "%"}));
}

void add_progress(report::Report& page, std::vector<Outcome> const& outcomes, std::vector<Costs> const& costs,
                  Plan const& plan) {
  page.heading("Accuracy against cost");
  page.paragraph("Each point is the end of an epoch: accuracy on the test set at T = " + std::to_string(plan.target) +
                 ", whatever the epoch was trained at. Time is that of training alone, without evaluation. Operations "
                 "are additions of weights for spikes in the forward passes: those of one test sample, measured after "
                 "the epoch at its own timesteps, times the training samples; backward passes, whose work grows with T "
                 "in the same way, are not counted.");
  report::LineChart const frame{.title = {}, .x = {}, .y = {.label = "test accuracy (%)"}, .series = {}};
  report::LineChart time = frame, operations = frame;
  time.title = "Against wall time";
  time.x.label = "training time (s)";
  operations.title = "Against synaptic operations";
  operations.x.label = "synaptic operations (billions)";
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    time.series.push_back(progress(outcomes[i], costs[i].seconds));
    operations.series.push_back(progress(outcomes[i], costs[i].operations));
  }
  page.figure("Test accuracy at the target's timesteps; bands are one standard deviation over seeds.",
              {{"accuracy_time", svg(time)}, {"accuracy_operations", svg(operations)}});
}

void add_end(report::Report& page, std::vector<Outcome> const& outcomes, std::vector<Costs> const& costs,
             Plan const& plan) {
  page.heading("At the end");
  report::LineChart chart{.title = "Accuracy of the trained networks at every T",
                          .x = {.label = "timesteps T"},
                          .y = {.label = "test accuracy (%)"},
                          .series = {}};
  Values timesteps;
  for (long t = 1; t <= plan.target; ++t) timesteps.push_back(double(t));
  for (Outcome const& outcome : outcomes)
    chart.series.push_back(experiments::over_seeds(outcome.way.name, timesteps,
                                                   experiments::rows_of(outcome.runs, "accuracy_at", "", 100)));
  if (plan.small < plan.target) chart.vertical = {{.at = double(plan.small), .label = "small T"}};
  page.figure("Mean of the outputs up to T; bands are one standard deviation over seeds.",
              {{"accuracy_at_t", svg(chart)}});
  report::Table table{.caption = "Means and standard deviations over seeds",
                      .columns = {"", "accuracy (%)", "training (s)", "operations (billions)", "epochs"},
                      .rows = {}};
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    std::string epochs;
    for (auto const& stage : outcomes[i].way.stages)
      epochs +=
          (epochs.empty() ? "" : " + ") + std::to_string(stage.epochs) + " at T = " + std::to_string(stage.timesteps);
    table.rows.push_back({outcomes[i].way.name, report::text(report::statistics(final_accuracy(outcomes[i])), 1),
                          report::text(report::statistics(last(costs[i].seconds)), 1),
                          report::text(report::statistics(last(costs[i].operations)), 2), epochs});
  }
  page.table(std::move(table));
}

void add_switch(report::Report& page, Outcome const& inherited, Plan const& plan) {
  page.heading("Statistics at the switch");
  page.paragraph(
      "BatchNorm's running statistics at the switch are those of T = " + std::to_string(plan.small) +
      ". They can be inherited, or taken anew as the average over " + std::to_string(plan.reestimate_batches) +
      " batches at T = " + std::to_string(plan.target) +
      ". Training normalises by each batch's own statistics, so weights are the same either way, and running "
      "statistics forget how they began: what differs is the accuracy right after the switch, and less and "
      "less of it with every step.");
  Values at_small, kept, anew;
  for (json const& run : inherited.runs) {
    for (json const& epoch : run.at("epochs"))  // the last of the small T
      if (epoch.at("stage") == 0 && epoch.at("epoch") == plan.epochs)
        at_small.push_back(100 * epoch.at("test_accuracy").get<double>());
    kept.push_back(100 * run.at("switch_inherited").get<double>());
    anew.push_back(100 * run.at("switch_anew").get<double>());
  }
  std::string const target = "at T = " + std::to_string(plan.target);
  auto const text = [](Values const& values) { return report::text(report::statistics(values), 1); };
  page.table({.caption = "Test accuracy (%) before any training " + target,
              .columns = {"at T = " + std::to_string(plan.small), target + ", statistics inherited",
                          target + ", statistics taken anew"},
              .rows = {{text(at_small), text(kept), text(anew)}}});
}

}  // namespace

report::Report make_report(std::vector<Outcome> const& outcomes, Plan const& plan, tet::Index train_samples) {
  std::vector<Costs> costs;
  for (Outcome const& outcome : outcomes) costs.emplace_back(outcome, train_samples);
  report::Report page;
  page.title = "Time inheritance";
  page.question =
      "Does training at few timesteps, followed by a short training at the target's, reach the accuracy of "
      "training at the target's from scratch in about half the time?";
  add_claims(page, outcomes, costs);
  add_progress(page, outcomes, costs, plan);
  add_switch(page, outcomes[1], plan);
  add_end(page, outcomes, costs, plan);
  return page;
}

report::Table all_numbers(std::vector<Outcome> const& outcomes, tet::Index train_samples) {
  static constexpr char const* fields[] = {
      "stage",          "epoch",         "timesteps",       "seconds",    "train_loss",
      "train_accuracy", "test_accuracy", "target_accuracy", "operations", "multiply_accumulates",
      "spike_rate"};
  report::Table table{.caption = {}, .columns = {"way", "seed"}, .rows = {}};
  table.columns.insert(table.columns.end(), std::begin(fields), std::end(fields));
  table.columns.push_back("samples");
  for (Outcome const& outcome : outcomes)
    for (std::size_t seed = 0; seed < outcome.runs.size(); ++seed)
      for (json const& epoch : outcome.runs[seed].at("epochs")) {
        std::vector<std::string> row{outcome.way.short_name, std::to_string(seed + 1)};
        for (char const* field : fields) row.push_back(number(epoch.at(field).get<double>(), "%.9g"));
        row.push_back(std::to_string(train_samples));
        table.rows.push_back(std::move(row));
      }
  return table;
}

}  // namespace time_inheritance

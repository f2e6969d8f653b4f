// SPDX-License-Identifier: MIT
#include "switching.hpp"

#include <examples/experiments/summary.hpp>
#include <examples/report/report.hpp>

#include <string>
#include <utility>

namespace sdt_to_tet {

using experiments::cell;
using experiments::Measured;
using experiments::numbers;
using nlohmann::json;

namespace {

constexpr char const* stayed_name = "SDT → SDT";
constexpr char const* switched_name = "SDT → TET";

std::vector<json> trainings(std::vector<json> const& runs) {
  std::vector<json> result;
  for (json const& run : runs) result.push_back(run.at("training"));
  return result;
}

void add_curves(report::Report& r, Runs const& runs, long switch_epoch) {
  auto const stayed = trainings(runs.stayed), switched = trainings(runs.switched);
  auto const chart = [&](char const* title, char const* label, char const* field, double factor) {
    report::LineChart c{.title = title,
                        .x = {.label = "epoch"},
                        .y = {.label = label},
                        .series = {},
                        .vertical = {{double(switch_epoch) + 0.5, "switch"}}};
    c.series.push_back(experiments::epoch_curve(stayed_name, stayed, field, factor));
    c.series.push_back(experiments::epoch_curve(switched_name, switched, field, factor));
    return svg(c);
  };
  r.heading("Before and after the switch");
  r.figure(
      "Mean and standard deviation over seeds; both runs are the same until the switch. The test loss is the cross "
      "entropy "
      "of the mean output (L_SDT) in both; the training loss is what each run minimises at that epoch, so after the "
      "switch "
      "the two have different meanings.",
      {{"test_accuracy", chart("Test accuracy", "accuracy (%)", "test_accuracy", 100)},
       {"train_accuracy", chart("Training accuracy", "accuracy (%)", "train_accuracy", 100)},
       {"test_loss", chart("Test loss", "L_SDT (nats)", "test_loss", 1)},
       {"train_loss", chart("Training loss", "own loss (nats)", "train_loss", 1)}});
  std::vector<double> timesteps;
  auto const at = [&](char const* name, std::vector<json> const& all) {
    timesteps.clear();
    for (std::size_t t = 1; t <= all.at(0).at("test").at("accuracy_at").size(); ++t) timesteps.push_back(double(t));
    return experiments::curve(name, timesteps, all, "/test/accuracy_at", 100);
  };
  report::LineChart c{.title = "Test accuracy when stopped early",
                      .x = {.label = "timesteps"},
                      .y = {.label = "accuracy (%)"},
                      .series = {at(stayed_name, runs.stayed), at(switched_name, runs.switched)}};
  r.figure("At the end of training: accuracy of the mean output after 1, 2, … timesteps.", {{"accuracy_at", svg(c)}});
}

void add_flatness(report::Report& r, Runs const& runs, SwitchOptions const& options) {
  struct Quantity {
    char const* key;
    char const* name;
    char const* unit;
    int decimals;
  };
  std::vector<Quantity> const quantities = {
      {"eigenvalue", "Largest Hessian eigenvalue", "curvature (nats)", 2},
      {"worst_increase", "Largest increase of the loss within the radius", "increase (nats)", 3},
      {"random_increase", "Mean increase in random directions at the radius", "increase (nats)", 4},
      {"loss", "Loss on the probed training samples", "loss (nats)", 4}};
  report::Table table{
      .caption = "Around the weights at the switch and at the end, mean ± standard deviation over seeds.",
      .columns = {"quantity", "loss", "at the switch", stayed_name, switched_name},
      .rows = {},
      .file = "flatness"};
  std::vector<report::Picture> pictures;
  std::pair<char const*, std::vector<json> const*> const places[] = {
      {"at the switch", &runs.before}, {stayed_name, &runs.stayed}, {switched_name, &runs.switched}};
  for (Quantity const& q : quantities) {
    auto const of = [&](std::vector<json> const& all, char const* loss) {
      return numbers(all, std::string("/flatness/") + loss + "/" + q.key);
    };
    report::BarChart chart{
        .title = q.name, .y = {.label = q.unit}, .groups = {"L_SDT", "L_TET"}, .series = {}, .decimals = q.decimals};
    for (auto const& [name, all] : places)
      chart.series.push_back(experiments::bars(name, {of(*all, "SDT"), of(*all, "TET")}));
    pictures.push_back({std::string("flatness_") + q.key, svg(chart)});
    for (char const* const loss : {"SDT", "TET"})
      table.rows.push_back({q.name, std::string("L_") + loss, cell(of(runs.before, loss), q.decimals),
                            cell(of(runs.stayed, loss), q.decimals), cell(of(runs.switched, loss), q.decimals)});
  }
  r.heading("Flatness");
  r.figure("Smaller is flatter. Whiskers: one standard deviation over seeds.", std::move(pictures));
  r.table(std::move(table));
  r.paragraph(
      "Measured on " + std::to_string(options.flatness.samples) +
      " training samples with each batch's own BatchNorm statistics; the Hessian is that of the surrogate gradient, by "
      "differences of gradients. The radius is a share of each filter's length. L_TET is without its regulariser.");
}

}  // namespace

report::Report make_report(Runs const& runs, SwitchOptions const& options, experiments::CommandLine const& line) {
  auto const percent = [](std::vector<json> const& all) {
    auto values = numbers(all, "/test/accuracy");
    for (double& v : values) v *= 100;
    return values;
  };
  auto const sharp = [](std::vector<json> const& all) { return numbers(all, "/flatness/SDT/worst_increase"); };
  report::Report r{
      .title = "From SDT to TET in the middle of a training",
      .question =
          "A network that standard direct training has led into a sharp minimum leaves it when training "
          "goes on with TET (Deng et al. 2022, sec. 5.1).",
      .claims = {experiments::claim_larger("Going on with TET ends at a higher test accuracy than going on with SDT.",
                                           Measured{switched_name, percent(runs.switched)},
                                           Measured{stayed_name, percent(runs.stayed)}, "%", 2),
                 experiments::claim_smaller(
                     "L_SDT is flatter where TET ends than where SDT ends: its largest increase within the radius.",
                     Measured{switched_name, sharp(runs.switched)}, Measured{stayed_name, sharp(runs.stayed)}, "nats",
                     3),
                 experiments::claim_smaller("L_SDT is flatter where TET ends than where the switch was made.",
                                            Measured{switched_name, sharp(runs.switched)},
                                            Measured{"at the switch", sharp(runs.before)}, "nats", 3)},
      .body = {},
      .settings = line.settings(),
      .command = line.command()};
  r.settings.emplace_back("seeds", std::to_string(line.options().seeds));
  add_curves(r, runs, line.options().epochs);
  add_flatness(r, runs, options);
  r.paragraph(
      "Both parts of both runs have a cosine schedule of their own from the same learning rate, and the optimiser's "
      "moments are kept at the switch.");
  return r;
}

}  // namespace sdt_to_tet

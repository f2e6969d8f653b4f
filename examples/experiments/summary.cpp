// SPDX-License-Identifier: MIT
#include "summary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace experiments {

using nlohmann::json;

namespace {

bool all_finite(std::vector<double> const& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

std::vector<double> scaled(std::vector<double> values, double factor) {
  for (double& v : values) v *= factor;
  return values;
}

report::Claim compare(std::string sentence, Measured const& first, Measured const& second, std::string const& unit,
                      int decimals, double sign) {
  std::string const tail = unit.empty() ? "" : " " + unit;
  std::string const seeds = std::to_string(first.values.size()) + (first.values.size() == 1 ? " seed" : " seeds");
  report::Claim claim{.sentence = std::move(sentence),
                      .outcome = report::Outcome::does_not_show,
                      .numbers = first.name + ": " + cell(first.values, decimals) + tail + "; " + second.name + ": " +
                                 cell(second.values, decimals) + tail + "; " + seeds};
  if (!all_finite(first.values) || !all_finite(second.values)) {
    claim.numbers += "; a run gave no finite number";
  } else if (first.values.size() < 2 || second.values.size() < 2) {
    claim.numbers += ", which says nothing about spread";
  } else {
    double const t = sign * report::welch_t(report::statistics(first.values), report::statistics(second.values));
    if (t >= 2) claim.outcome = report::Outcome::holds;
    claim.numbers += std::isfinite(t) ? "; difference of " + report::fixed(t, 1) + " standard errors, wanted: 2" : "";
  }
  return claim;
}

}  // namespace

json to_json(Training const& training) {
  json epochs = json::array();
  for (tet::EpochMetrics const& m : training.epochs)
    epochs.push_back({{"stage", m.stage},
                      {"epoch", m.epoch},
                      {"timesteps", m.timesteps},
                      {"loss", m.loss_name},
                      {"learning_rate", m.learning_rate},
                      {"train_loss", m.train_loss},
                      {"train_accuracy", m.train_accuracy},
                      {"test_loss", m.test_loss},
                      {"test_accuracy", m.test_accuracy},
                      {"seconds", m.seconds}});
  return {{"epochs", epochs}, {"seconds", training.seconds()}};
}

json to_json(tet::Evaluation const& e) {
  return {{"accuracy", e.accuracy}, {"loss", e.loss}, {"samples", e.samples}, {"accuracy_at", e.accuracy_at}};
}

double number(json const& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

std::vector<double> numbers(std::vector<json> const& runs, std::string const& pointer) {
  std::vector<double> values;
  for (json const& run : runs) values.push_back(number(run.at(json::json_pointer(pointer))));
  return values;
}

report::Series curve(std::string name, std::vector<double> x, std::vector<json> const& runs, std::string const& pointer,
                     double factor, report::Style style) {
  report::Series series{.name = std::move(name), .x = std::move(x), .y = {}, .deviation = {}, .style = style};
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    auto const values = scaled(numbers(runs, pointer + "/" + std::to_string(i)), factor);
    bool const finite = all_finite(values);
    auto const s = finite ? report::statistics(values) : report::Statistics{};
    series.y.push_back(finite ? s.mean : std::numeric_limits<double>::quiet_NaN());
    series.deviation.push_back(s.deviation);
  }
  if (runs.size() < 2) series.deviation.clear();
  return series;
}

report::Series epoch_curve(std::string name, std::vector<json> const& runs, std::string const& field, double factor) {
  std::vector<double> epochs;
  std::vector<json> lists;
  for (json const& run : runs) {
    json list = json::array();
    for (json const& epoch : run.at("epochs")) list.push_back(epoch.at(field));
    epochs.resize(list.size());
    lists.push_back(std::move(list));
  }
  for (std::size_t i = 0; i < epochs.size(); ++i) epochs[i] = double(i + 1);
  return curve(std::move(name), std::move(epochs), lists, "", factor);
}

report::Claim claim_smaller(std::string sentence, Measured const& smaller, Measured const& larger,
                            std::string const& unit, int decimals) {
  return compare(std::move(sentence), smaller, larger, unit, decimals, -1);
}

report::Claim claim_larger(std::string sentence, Measured const& larger, Measured const& smaller,
                           std::string const& unit, int decimals) {
  return compare(std::move(sentence), larger, smaller, unit, decimals, 1);
}

std::string cell(std::vector<double> const& values, int decimals, double factor) {
  if (values.empty() || !all_finite(values)) return "n/a";
  return report::text(report::statistics(scaled(values, factor)), decimals);
}

report::BarSeries bars(std::string name, std::vector<std::vector<double>> const& groups, double factor) {
  report::BarSeries series{.name = std::move(name), .values = {}, .deviation = {}};
  for (auto const& values : groups) {
    bool const finite = !values.empty() && all_finite(values);
    auto const s = finite ? report::statistics(scaled(values, factor)) : report::Statistics{};
    series.values.push_back(finite ? s.mean : std::numeric_limits<double>::quiet_NaN());
    series.deviation.push_back(s.deviation);
  }
  return series;
}

}  // namespace experiments

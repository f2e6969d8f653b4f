// SPDX-License-Identifier: MIT
#include "summary.hpp"

#include "compare.hpp"

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

report::Claim compare(std::string sentence, Measured const& larger, Measured const& smaller, std::string const& unit,
                      int decimals) {
  if (all_finite(larger.values) && all_finite(smaller.values))
    return greater(std::move(sentence), {.first = larger.name,
                                         .second = smaller.name,
                                         .a = larger.values,
                                         .b = smaller.values,
                                         .unit = unit,
                                         .decimals = decimals});
  return {.sentence = std::move(sentence),
          .outcome = report::Outcome::does_not_show,
          .numbers = larger.name + ": " + cell(larger.values, decimals) + ", " + smaller.name + ": " +
                     cell(smaller.values, decimals) + "; a run gave no finite number"};
}

}  // namespace

json as_json(Training const& training) {
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

json as_json(tet::Evaluation const& e) {
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
  return compare(std::move(sentence), larger, smaller, unit, decimals);
}

report::Claim claim_larger(std::string sentence, Measured const& larger, Measured const& smaller,
                           std::string const& unit, int decimals) {
  return compare(std::move(sentence), larger, smaller, unit, decimals);
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

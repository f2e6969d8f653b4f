// SPDX-License-Identifier: MIT
#include "run.hpp"

#include <tet/core/error.hpp>
#include <tet/core/file_bytes.hpp>
#include <tet/loss/tet.hpp>
#include <tet/train/tit.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace time_inheritance {

namespace {

using nlohmann::json;

/// Measurements after each epoch, by "stage/epoch", in a file of their own.
class Diary {
 public:
  /// What is there belongs to a run only if that has a checkpoint to go on from.
  Diary(experiments::Study& study, std::string const& run, experiments::RunFiles const& files)
      : study_(study), file_("runs/" + run + ".epochs.json") {
    if (!tet::file_exists(files.checkpoint) || !tet::file_exists(study.path(file_))) return;
    auto const bytes = tet::read_file_bytes(study.path(file_));
    std::string_view const text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
    entries_ = json::parse(text, nullptr, false);
    if (!entries_.is_object()) throw tet::IoError(study.path(file_), 0, "another content", "measurements of epochs");
  }

  void write(std::string const& epoch, json measured) {
    entries_[epoch] = std::move(measured);
    study_.write(file_, entries_.dump(1) + "\n");
  }

  json const& at(std::string const& epoch) const {
    if (!entries_.contains(epoch)) throw tet::IoError(study_.path(file_), 0, "no measurements of it", "epoch " + epoch);
    return entries_.at(epoch);
  }

 private:
  experiments::Study& study_;
  std::string file_;
  json entries_ = json::object();
};

std::string key(tet::Index stage, tet::Index epoch) { return std::to_string(stage) + "/" + std::to_string(epoch); }

}  // namespace

std::vector<Way> ways(Plan const& plan) {
  std::optional<double> const rate =
      plan.target_learning_rate > 0 ? std::optional(plan.target_learning_rate) : std::nullopt;
  auto const inherited = [&](long batches) {
    std::vector<experiments::Stage> stages;
    for (auto const& stage :
         tet::tit(tet::TetLoss{},
                  {{.timesteps = {plan.small}, .epochs = plan.epochs},
                   {.timesteps = {plan.target}, .epochs = plan.target_epochs, .learning_rate = rate}},
                  {.reestimate_batches = batches}))
      stages.push_back({.epochs = stage.epochs,
                        .timesteps = stage.timesteps.value,
                        .objective = experiments::Objective::tet,
                        .learning_rate = stage.learning_rate,
                        .reestimate_batches = stage.reestimate_batches});
    return stages;
  };
  std::string const grown = "T = " + std::to_string(plan.small) + ", then " + std::to_string(plan.target);
  return {{"from scratch, T = " + std::to_string(plan.target),
           "scratch",
           {{.epochs = plan.epochs, .timesteps = plan.target, .objective = experiments::Objective::tet}}},
          {"TIT, " + grown, "tit", inherited(0)},
          {"TIT, " + grown + ", statistics anew", "tit-anew", inherited(plan.reestimate_batches)}};
}

json run(experiments::Study& study, experiments::Subject& subject, Way const& way, Plan const& plan, long seed) {
  std::string const name = way.short_name + "-seed" + std::to_string(seed);
  return study.run(name, [&](experiments::RunFiles const& files) {
    Diary diary(study, name, files);
    auto const measure = [&](tet::Index stage, tet::Index epoch) {
      long const timesteps = way.stages[std::size_t(stage)].timesteps;
      auto const activity = subject.activity(tet::Timesteps{timesteps});
      diary.write(key(stage, epoch), {{"target_accuracy", subject.evaluate(tet::Timesteps{plan.target}).accuracy},
                                      {"operations", activity.synaptic_operations_per_sample()},
                                      {"multiply_accumulates", activity.multiply_accumulates_per_sample()},
                                      {"spike_rate", activity.rate()}});
    };
    std::vector<experiments::Stage> stages = way.stages;
    bool const switches = stages.size() > 1;
    if (switches) stages.front().weights_after = study.path("runs/" + name + ".small.safetensors");
    auto const training = subject.train(tet::Seed{std::uint64_t(seed)}, stages, files, measure);
    json result;
    result["epochs"] = json::array();
    for (tet::EpochMetrics const& epoch : training.epochs) {
      json row = diary.at(key(epoch.stage, epoch.epoch));
      row["stage"] = epoch.stage;
      row["epoch"] = epoch.epoch;
      row["timesteps"] = epoch.timesteps;
      row["seconds"] = epoch.seconds;
      row["train_loss"] = epoch.train_loss;
      row["train_accuracy"] = epoch.train_accuracy;
      row["test_accuracy"] = epoch.test_accuracy;
      result["epochs"].push_back(std::move(row));
    }
    tet::Timesteps const target{plan.target};
    result["accuracy_at"] = subject.evaluate(target).accuracy_at;
    if (switches) {
      subject.load(stages.front().weights_after);
      result["switch_inherited"] = subject.evaluate(target).accuracy;
      subject.estimate_statistics(target, plan.reestimate_batches);
      result["switch_anew"] = subject.evaluate(target).accuracy;
    }
    return result;
  });
}

}  // namespace time_inheritance

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/tensor_info.hpp>
#include <tet/train/checkpoint_file.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tet {

/// Where a run stands, and what its current epoch has gathered.
struct RunPosition {
  std::uint64_t stage = 0;
  std::uint64_t epoch = 0;  ///< of the stage, finished ones
  std::uint64_t batch = 0;  ///< of the epoch, finished ones
  std::uint64_t steps = 0;  ///< of the run
  double loss_sum = 0;      ///< over the samples of this epoch so far
  std::uint64_t correct = 0;
  std::uint64_t samples = 0;
  double seconds = 0;

  friend bool operator==(RunPosition const&, RunPosition const&) = default;
};

/// What a checkpoint must have been made for, to be continued: the network's tensors, the optimiser, the run's plan and
/// seed.
template <class Model, class Optimizer>
std::string run_identity(Model const& model, Optimizer const&, std::string const& plan) {
  std::string text = std::string("scalar of ") + std::to_string(sizeof(typename Model::Scalar)) + " bytes; " +
                     Optimizer::name + "; " + plan + "; tensors:";
  for (TensorInfo const& info : model.tensors()) {
    text += " " + info.name;
    for (Index const extent : info.shape) text += "," + std::to_string(extent);
  }
  return text;
}

/// Everything that a run needs to go on to the same bits: weights, statistics, optimiser, position, metrics so far.
/// Random numbers are addressed by seed, epoch and sample, so the position is their counter.
/// Throws: IoError when the file cannot be written; the old one then stands.
template <class Model, class Optimizer>
void save_checkpoint(std::string const& path, Model& model, Optimizer& optimizer, RunPosition const& at,
                     std::string const& identity, std::string const& metrics, WriteObserver const& observer = {}) {
  using Scalar = typename Model::Scalar;
  CheckpointWriter writer;
  writer.add("identity", identity);
  writer.add("metrics", metrics);
  std::uint64_t const whole[] = {at.stage, at.epoch, at.batch, at.steps, at.correct, at.samples};
  double const real[] = {at.loss_sum, at.seconds};
  writer.add("position", whole);
  writer.add("sums", real);
  auto const add = [&](std::string const& name, auto const& storage) {
    std::vector<Scalar> const values = storage.download();
    writer.add(name, std::span<Scalar const>(values));
  };
  add("parameters", model.parameter_storage());
  add("statistics", model.statistic_storage());
  writer.add_value("batches_tracked", model.batches_tracked());
  writer.add_value("optimizer.steps", optimizer.steps());
  writer.add_value("optimizer.learning_rate", optimizer.learning_rate());
  optimizer.visit_state([&](char const* name, auto const& storage) { add(std::string("optimizer.") + name, storage); });
  writer.write(path, observer);
}

/// Puts a run where its checkpoint was made. Returns the position; `metrics` receives the rows so far.
/// Throws: IoError for a damaged file or one made for another run; model and optimiser are then unchanged.
template <class Model, class Optimizer>
RunPosition load_checkpoint(std::string const& path, Model& model, Optimizer& optimizer, std::string const& identity,
                            std::string& metrics) {
  using Scalar = typename Model::Scalar;
  auto const reader = CheckpointReader::read(path);
  if (std::string const made_for = reader.text("identity"); made_for != identity)
    throw IoError(path, 0, "a checkpoint of another run (" + made_for + ")", identity);
  auto const whole = reader.template section<std::uint64_t>("position", 6);
  auto const real = reader.template section<double>("sums", 2);
  auto const parameters = reader.template section<Scalar>("parameters", model.parameter_storage().size());
  auto const statistics = reader.template section<Scalar>("statistics", model.statistic_storage().size());
  auto const tracked = reader.template value<std::int64_t>("batches_tracked");
  auto const steps = reader.template value<std::uint64_t>("optimizer.steps");
  auto const learning_rate = reader.template value<double>("optimizer.learning_rate");
  std::vector<std::vector<Scalar>> state;
  optimizer.visit_state([&](char const* name, auto const& storage) {
    state.push_back(reader.template section<Scalar>(std::string("optimizer.") + name, storage.size()));
  });
  metrics = reader.text("metrics");

  model.parameter_storage().upload(parameters);
  model.statistic_storage().upload(statistics);
  model.set_batches_tracked(tracked);
  optimizer.set_steps(steps);
  optimizer.set_learning_rate(learning_rate);
  std::size_t next = 0;
  optimizer.visit_state([&](char const*, auto& storage) { storage.upload(state[next++]); });
  return {.stage = whole[0],
          .epoch = whole[1],
          .batch = whole[2],
          .steps = whole[3],
          .loss_sum = real[0],
          .correct = whole[4],
          .samples = whole[5],
          .seconds = real[1]};
}

}  // namespace tet

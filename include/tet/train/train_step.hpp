// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/loss_sum.hpp>
#include <tet/core/repeated_work.hpp>
#include <tet/core/targets.hpp>
#include <tet/data/batch.hpp>
#include <tet/inference/batch_outputs.hpp>
#include <tet/loss/concepts.hpp>
#include <tet/model/model.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace tet {

/// Loss of a batch (mean over its samples) and how many of them were classified rightly.
struct StepResult {
  double loss = 0;
  Index correct = 0;
  Index samples = 0;
};

namespace detail {

inline void check_labels(std::vector<int> const& labels, Index batch_size, Index classes) {
  if (Index(labels.size()) != batch_size)
    refuse("labels of a batch", std::to_string(labels.size()), std::to_string(batch_size) + ", one for each sample");
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] < 0 || labels[i] >= classes)
      refuse("label " + std::to_string(i) + " of a batch", std::to_string(labels[i]),
             "0 to " + std::to_string(classes - 1));
}

/// What a batch's samples are to be classified as; labels and shares are checked.
inline Targets targets_of(Batch const& batch, Index classes) {
  check_labels(batch.labels, batch.batch_size, classes);
  if (batch.other_labels.empty() && batch.shares.empty()) return batch.labels.data();
  check_labels(batch.other_labels, batch.batch_size, classes);
  if (Index(batch.shares.size()) != batch.batch_size)
    refuse("shares of a mixed batch", std::to_string(batch.shares.size()),
           std::to_string(batch.batch_size) + ", one for each sample");
  for (std::size_t i = 0; i < batch.shares.size(); ++i)
    if (!(batch.shares[i] >= 0 && batch.shares[i] <= 1))
      refuse("share " + std::to_string(i) + " of a mixed batch", std::to_string(batch.shares[i]), "0 to 1");
  return {batch.labels.data(), batch.other_labels.data(), batch.shares.data()};
}

inline void require_finite(double loss, std::int64_t steps) {
  if (!std::isfinite(loss))
    throw NumericError("tet: the loss is " + std::to_string(loss) + " after " + std::to_string(steps) +
                       " training steps; try a smaller learning rate");
}

/// Stands for a ParameterUpdate where the gradients are all that is wanted.
struct NoUpdate {
  RepeatedWork::Places<0> memory() const { return {}; }
};

template <class Backend>
void update_parameters(Backend&, NoUpdate) {}

/// Forward, loss, backward and update: one piece of work, for which everything that changes from step to step is brought
/// to the backend's memory before. Nothing waits for the loss before all of it is on its way; where it is there at once and
/// not finite, the step ends at once.
template <class Model, TimestepLoss Loss, class Update>
StepResult run_step(Model& model, Loss const& loss, Batch const& batch, InputGradient input, Update const& update) {
  auto step = step_loss(model.exec(), loss, batch.batch_size, targets_of(batch, Model::Out::shape.size()));
  std::int64_t const steps = model.batches_tracked();
  model.step(
      input_of(batch), input, joined(step.memory(), update.memory()),
      [&](auto const& out) {
        step.start(model.exec(), out.timesteps, out.batch, out.size, out.data, model.output_gradient(),
                   model.workspace());
        if (auto const sum = step.known()) require_finite(sum->loss, steps);
      },
      [&] { update_parameters(model.exec(), update); });
  LossSum const sum = step.get();
  require_finite(sum.loss, steps);
  return {sum.loss, sum.correct, batch.batch_size};
}

}  // namespace detail

/// Forward, loss and backward of one batch: the gradients are in the model afterwards, the parameters as before.
/// Throws: std::invalid_argument for a batch that does not fit; NumericError for a loss that is not finite.
template <class Model, TimestepLoss Loss>
StepResult compute_gradients(Model& model, Loss const& loss, Batch const& batch,
                             InputGradient input = InputGradient::skipped) {
  return detail::run_step(model, loss, batch, input, detail::NoUpdate{});
}

/// One step of training on one batch. It returns when the loss is known; backward and update may still be under way, and
/// what is asked of the model next comes after them.
/// Throws: as compute_gradients; parameters and optimiser are then unchanged.
template <class Model, TimestepLoss Loss, class Optimizer>
StepResult train_step(Model& model, Loss const& loss, Optimizer& optimizer, Batch const& batch) {
  auto const steps = optimizer.steps();
  try {
    return detail::run_step(model, loss, batch, InputGradient::skipped,
                            optimizer.next_update(model.exec(), model.parameters()));
  } catch (...) {
    optimizer.set_steps(steps);  // where the update was on its way, it did nothing
    throw;
  }
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/data/batch.hpp>
#include <tet/loss/concepts.hpp>
#include <tet/model/input_batch.hpp>
#include <tet/model/model.hpp>

#include <cmath>
#include <string>

namespace tet {

/// Loss of a batch (mean over its samples) and how many of them were classified rightly.
struct StepResult {
  double loss = 0;
  Index correct = 0;
  Index samples = 0;
};

namespace detail {

inline InputBatch<float> input_of(Batch const& batch) {
  return {batch.values, Timesteps{batch.timesteps}, BatchSize{batch.batch_size}, batch.presentation};
}

inline void check_labels(std::vector<int> const& labels, Index batch_size, Index classes) {
  if (Index(labels.size()) != batch_size)
    refuse("labels of a batch", std::to_string(labels.size()), std::to_string(batch_size) + ", one for each sample");
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] < 0 || labels[i] >= classes)
      refuse("label " + std::to_string(i) + " of a batch", std::to_string(labels[i]),
             "0 to " + std::to_string(classes - 1));
}

}  // namespace detail

/// Forward, loss and backward of one batch: the gradients are in the model afterwards, the parameters as before.
/// Throws: std::invalid_argument for a batch that does not fit; NumericError for a loss that is not finite.
template <class Model, TimestepLoss Loss>
StepResult compute_gradients(Model& model, Loss const& loss, Batch const& batch,
                             InputGradient input = InputGradient::skipped) {
  detail::check_labels(batch.labels, batch.batch_size, Model::Out::shape.size());
  auto const out = model.forward(detail::input_of(batch), Mode::training);
  auto const sum = loss_and_gradient(model.exec(), loss, out.timesteps, out.batch, out.size, out.data,
                                     batch.labels.data(), model.output_gradient(), model.workspace());
  if (!std::isfinite(sum.loss))
    throw NumericError("tet: the loss is " + std::to_string(sum.loss) + " after " +
                       std::to_string(model.batches_tracked() - 1) + " training steps; try a smaller learning rate");
  model.backward(input);
  return {sum.loss, sum.correct, batch.batch_size};
}

/// One step of training on one batch.
/// Throws: as compute_gradients; the parameters are then unchanged.
template <class Model, TimestepLoss Loss, class Optimizer>
StepResult train_step(Model& model, Loss const& loss, Optimizer& optimizer, Batch const& batch) {
  StepResult const result = compute_gradients(model, loss, batch);
  optimizer.step(model.exec(), model.parameters());
  return result;
}

}  // namespace tet

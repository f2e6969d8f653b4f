// SPDX-License-Identifier: MIT
#pragma once

#include "options.hpp"
#include "study.hpp"

#include <tet/analysis/filters.hpp>
#include <tet/analysis/loss_probe.hpp>
#include <tet/analysis/spike_activity.hpp>
#include <tet/core/random.hpp>
#include <tet/train/evaluate.hpp>
#include <tet/train/metrics.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace experiments {

enum class Objective { sdt, tet };

inline char const* name_of(Objective objective) { return objective == Objective::sdt ? "SDT" : "TET"; }

/// A part of a training run, as tet::TrainingStage, with the loss chosen at run time.
struct Stage {
  long epochs = 1;
  long timesteps = 1;
  Objective objective = Objective::tet;
  std::optional<double> learning_rate{};  ///< where its cosine begins; left out: Options::learning_rate
  std::string weights_after{};            ///< file for the weights at its end; empty: none
  tet::Index reestimate_batches = 0;      ///< as tet::TrainingStage
};

struct Training {
  std::vector<tet::EpochMetrics> epochs;  ///< all of the run, those before an interruption as well

  double seconds() const {
    double sum = 0;
    for (tet::EpochMetrics const& epoch : epochs) sum += epoch.seconds;
    return sum;
  }
};

/// Sees the end of each epoch: the number of its stage from 0, its own in it from 1. What it does is no training time. It
/// comes before the checkpoint behind that epoch, so a run that dies in between comes here again.
using AfterEpoch = std::function<void(tet::Index stage, tet::Index epoch)>;

/// A network with its data behind plain functions: each network is compiled once for all experiments.
class Subject {
 public:
  virtual ~Subject() = default;

  /// Fresh weights from the seed, trained through one or more stages by tet::fit with Adam; an interrupted run goes on from
  /// its checkpoint. Writes the final weights.
  Training train(tet::Seed seed, std::span<Stage const> stages, RunFiles const& files) {
    return train(seed, stages, files, {});
  }
  virtual Training train(tet::Seed seed, std::span<Stage const> stages, RunFiles const& files,
                         AfterEpoch const& after_epoch) = 0;

  /// Weights and statistics from a file that `train` wrote. Throws: tet::IoError where it does not fit.
  virtual void load(std::string const& weights) = 0;

  /// BatchNorm's statistics become the average over the first training batches at these timesteps, as those of a stage
  /// with `reestimate_batches`.
  virtual void estimate_statistics(tet::Timesteps timesteps, tet::Index batches) = 0;

  virtual tet::Evaluation evaluate(tet::Timesteps timesteps) = 0;  ///< on the test set
  virtual tet::analysis::SpikeActivity activity(tet::Timesteps timesteps) = 0;

  /// The network's parameter storage, and the filters in it.
  virtual std::vector<float> weights() const = 0;
  virtual tet::analysis::Filters filters() const = 0;

  /// Chooses the batches of `losses` and `gradient`: the first of the training set, as many as `samples`.
  virtual void probe(long samples, tet::Timesteps timesteps) = 0;
  /// Losses at any weights on these batches, BatchNorm with each batch's statistics; TET without its regulariser, so that
  /// both are cross entropies. The network is left as it was. Throws: std::logic_error without `probe`.
  virtual tet::analysis::ProbedLosses losses(std::span<float const> weights) = 0;
  virtual std::vector<double> gradient(Objective objective, std::span<float const> weights) = 0;

  virtual tet::Index train_samples() const = 0;
  virtual tet::Index test_samples() const = 0;
  virtual std::string describe(tet::Timesteps timesteps) = 0;
};

/// Throws: tet::IoError for data that cannot be read; std::invalid_argument for more samples than there are.
std::unique_ptr<Subject> make_subject(Options const& options);

/// Rows of a metrics file of tet::fit. Throws: tet::IoError for another file.
std::vector<tet::EpochMetrics> read_metrics(std::string const& path);

}  // namespace experiments

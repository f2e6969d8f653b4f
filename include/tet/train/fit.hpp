// SPDX-License-Identifier: MIT
#pragma once

#include <tet/analysis/tensor_values.hpp>
#include <tet/core/clock.hpp>
#include <tet/core/file_bytes.hpp>
#include <tet/data/batch_stream.hpp>
#include <tet/optim/schedule.hpp>
#include <tet/train/checkpoint.hpp>
#include <tet/train/evaluate.hpp>
#include <tet/train/event_file.hpp>
#include <tet/train/metrics.hpp>
#include <tet/train/progress.hpp>
#include <tet/train/train_step.hpp>

#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tet {

/// A part of a run with its own length, simulation time and loss. Weights, optimiser and statistics carry over to the
/// next one: two stages of different timesteps are Time Inheritance Training, two of different losses the escape from
/// SDT to TET.
template <TimestepLoss Loss>
struct TrainingStage {
  Index epochs = 1;
  Timesteps timesteps{};
  Loss loss{};
  std::optional<double> learning_rate{};  ///< where the schedule starts; left out: the optimiser's
  /// Batches at this stage's timesteps whose average replaces BatchNorm's running statistics before the first step,
  /// weights left alone; 0: the statistics are inherited.
  Index reestimate_batches = 0;
};

template <class Loss>
TrainingStage(Index, Timesteps, Loss) -> TrainingStage<Loss>;

enum class Resume {
  if_present,  ///< go on from the checkpoint file where there is one
  never,       ///< begin anew; the checkpoint file is overwritten
};

struct FitOptions {
  Index batch_size = 64;
  Seed seed{};  ///< of order and augmentation
  data::LastBatch last = data::LastBatch::keep;
  data::Mix mix{};  ///< mixup and cutmix of the training batches
  Index prefetch = 2;
  std::string checkpoint{};    ///< file; empty for none. Written after each epoch…
  Index checkpoint_every = 0;  ///< …and after so many steps, 0 for never
  Resume resume = Resume::if_present;
  std::string metrics{};  ///< CSV file; empty for none
  /// Folder for TensorBoard's event files, empty for none: after each epoch the metrics, and of each parameter tensor a
  /// histogram of its values and the norm of its last gradient. A resumed run adds a file.
  std::string tensorboard{};
  ProgressOutput progress = ProgressOutput::automatic;
  EvaluateOptions evaluate{};
  WriteObserver checkpoint_observer{};                   ///< sees each step of writing a checkpoint
  std::function<void(RunPosition const&)> after_step{};  ///< sees the position after each training step
};

struct FitResult {
  std::vector<EpochMetrics> epochs;  ///< trained by this call
  std::uint64_t first_step = 0;      ///< where this call began: 0, or the step of the checkpoint
  std::uint64_t steps = 0;           ///< that this call executed
};

namespace detail {

/// Of a run that mixes; without mixing nothing, as in checkpoints from before there was any.
inline std::string mix_text(data::Mix const& mix) {
  if (!mix.active()) return "";
  return ", mixup " + std::to_string(mix.mixup) + ", cutmix " + std::to_string(mix.cutmix) + " of " +
         std::to_string(mix.probability);
}

/// The state of one call of fit.
template <class Model, class Optimizer, class Train, class Test, class Schedule>
class Fitter {
 public:
  Fitter(Model& model, Optimizer& optimizer, Train const& train, Test const* test, FitOptions const& options,
         Schedule const& schedule, std::string plan)
      : model_(model),
        optimizer_(optimizer),
        train_(train),
        test_(test),
        options_(options),
        schedule_(schedule),
        progress_(options.progress),
        base_rate_(optimizer.learning_rate()) {
    options.mix.check();
    identity_ = run_identity(model, optimizer,
                             plan + "batch size " + std::to_string(options.batch_size) + ", seed " +
                                 std::to_string(options.seed.value) + ", " + std::to_string(train.size()) +
                                 " samples, learning rate " + std::to_string(base_rate_) + mix_text(options.mix));
    if (!options.checkpoint.empty() && options.resume == Resume::if_present && file_exists(options.checkpoint)) {
      at_ = load_checkpoint(options.checkpoint, model, optimizer, identity_, metrics_);
      if (!options_.metrics.empty()) write_metrics(options_.metrics, metrics_);
    }
    if (!options_.tensorboard.empty()) events_.emplace(options_.tensorboard, std::int64_t(at_.steps));
    result_.first_step = at_.steps;
  }

  template <class Loss>
  void run(std::uint64_t number, TrainingStage<Loss> const& stage, std::uint64_t epochs_before) {
    if (number < at_.stage) return;
    model_.reserve(stage.timesteps, BatchSize{options_.batch_size});
    data::BatchStream<Train const&> stream(train_, {.batch_size = options_.batch_size,
                                                    .timesteps = stage.timesteps,
                                                    .order = data::Order::shuffled,
                                                    .seed = options_.seed,
                                                    .epoch = epochs_before + at_.epoch,
                                                    .first_batch = Index(at_.batch),
                                                    .last = options_.last,
                                                    .mix = options_.mix,
                                                    .prefetch = options_.prefetch,
                                                    .images = image_form<Model>(train_)});
    if (stage.reestimate_batches > 0 && at_.epoch == 0 && at_.batch == 0) {
      reestimate(stream, stage.reestimate_batches);
      stream.restart(epochs_before);
    }
    for (bool first = true; at_.epoch < std::uint64_t(stage.epochs); first = false) {
      if (!first) stream.restart(epochs_before + at_.epoch);
      optimizer_.set_learning_rate(schedule_(stage.learning_rate.value_or(base_rate_), Index(at_.epoch), stage.epochs));
      std::string const label = std::string(Loss::name) + " T=" + std::to_string(stage.timesteps.value) + ", epoch " +
                                std::to_string(at_.epoch + 1) + "/" + std::to_string(stage.epochs);
      train_epoch(stage.loss, stream, label);
      finish_epoch(number, stage);
    }
    at_.stage = number + 1;
    at_.epoch = 0;
  }

  FitResult take_result() { return std::move(result_); }

 private:
  /// Takes the running statistics anew, over the first batches that the stage trains on. A checkpoint is made after
  /// training steps only, so a resumed run has them either done or, from the same weights, still to do.
  void reestimate(data::BatchStream<Train const&>& stream, Index batches) {
    double const begin = steady_seconds();
    for (Index n = 0; n < batches; ++n) {
      Batch const* const batch = stream.next();
      if (batch == nullptr) break;  // the whole set
      model_.estimate_statistics(input_of(*batch), n);
    }
    at_.seconds += steady_seconds() - begin;
  }

  template <class Loss>
  void train_epoch(Loss const& loss, data::BatchStream<Train const&>& stream, std::string const& label) {
    Index const done_before = Index(at_.samples);
    double const seconds_before = at_.seconds;
    double const begin = steady_seconds();
    progress_.begin_epoch();
    while (Batch const* const batch = stream.next()) {
      StepResult const step = train_step(model_, loss, optimizer_, *batch);
      ++at_.batch;
      ++at_.steps;
      ++result_.steps;
      at_.loss_sum += step.loss * double(step.samples);
      at_.correct += std::uint64_t(step.correct);
      at_.samples += std::uint64_t(step.samples);
      at_.seconds = seconds_before + (steady_seconds() - begin);
      progress_.update(state(label, done_before));
      if (options_.after_step) options_.after_step(at_);
      bool const last = Index(at_.batch) == stream.count();
      if (!last && options_.checkpoint_every > 0 && at_.steps % std::uint64_t(options_.checkpoint_every) == 0) save();
    }
    epoch_state_ = state(label, done_before);
  }

  template <class Loss>
  void finish_epoch(std::uint64_t number, TrainingStage<Loss> const& stage) {
    double const samples = double(std::max<std::uint64_t>(at_.samples, 1));
    EpochMetrics row{.stage = Index(number),
                     .epoch = Index(at_.epoch) + 1,
                     .timesteps = stage.timesteps.value,
                     .loss_name = Loss::name,
                     .learning_rate = optimizer_.learning_rate(),
                     .train_loss = at_.loss_sum / samples,
                     .train_accuracy = double(at_.correct) / samples,
                     .test_accuracy = -1,
                     .seconds = at_.seconds};
    std::string result;
    if (test_ != nullptr) {
      Evaluation const e = evaluate(model_, *test_, stage.timesteps, options_.evaluate);
      row.test_loss = e.loss;
      row.test_accuracy = e.accuracy;
      char text[40];
      std::snprintf(text, sizeof text, "test %.2f %%", 100 * e.accuracy);
      result = text;
    }
    progress_.end_epoch(epoch_state_, result);
    metrics_ += metrics_line(row);
    if (events_) write_events(row);
    result_.epochs.push_back(std::move(row));
    if (!options_.metrics.empty()) write_metrics(options_.metrics, metrics_);
    at_ = {.stage = at_.stage, .epoch = at_.epoch + 1, .steps = at_.steps};
    save();
  }

  void write_events(EpochMetrics const& row) {
    auto const step = std::int64_t(at_.steps);
    events_->scalar("train/loss", step, row.train_loss);
    events_->scalar("train/accuracy", step, row.train_accuracy);
    if (test_ != nullptr) {
      events_->scalar("test/loss", step, row.test_loss);
      events_->scalar("test/accuracy", step, row.test_accuracy);
    }
    events_->scalar("run/learning_rate", step, row.learning_rate);
    events_->scalar("run/timesteps", step, double(row.timesteps));
    analysis::for_each_parameter(model_, model_.parameter_storage().download(), [&](auto const& name, auto values) {
      events_->histogram("weights/" + name, step, histogram_of(values));
    });
    for (analysis::TensorNorm const& tensor : analysis::gradient_norms(model_))
      events_->scalar("gradient_norm/" + tensor.name, step, tensor.norm);
  }

  void save() {
    if (!options_.checkpoint.empty())
      save_checkpoint(options_.checkpoint, model_, optimizer_, at_, identity_, metrics_, options_.checkpoint_observer);
  }

  ProgressState state(std::string const& label, Index done_before) const {
    double const samples = double(std::max<std::uint64_t>(at_.samples, 1));
    return {label,
            Index(at_.samples),
            train_.size(),
            Index(at_.samples) - done_before,
            at_.loss_sum / samples,
            double(at_.correct) / samples};
  }

  Model& model_;
  Optimizer& optimizer_;
  Train const& train_;
  Test const* test_;
  FitOptions const& options_;
  Schedule const& schedule_;
  Progress progress_;
  double base_rate_;
  std::string identity_;
  std::string metrics_;
  RunPosition at_;
  ProgressState epoch_state_;
  FitResult result_;
  std::optional<EventFile> events_;
};

template <class Loss>
std::string plan_text(TrainingStage<Loss> const& stage) {
  return std::string(Loss::name) + " " + std::to_string(stage.epochs) +
         " epochs T=" + std::to_string(stage.timesteps.value) +
         (stage.learning_rate ? " from " + std::to_string(*stage.learning_rate) : "") +
         (stage.reestimate_batches > 0 ? " statistics over " + std::to_string(stage.reestimate_batches) + " batches"
                                       : "") +
         "; ";
}

template <class Model, class Optimizer, class Train, class Test, class Schedule, class... Losses>
FitResult fit(Model& model, Optimizer& optimizer, Train const& train, Test const* test, FitOptions const& options,
              Schedule const& schedule, TrainingStage<Losses> const&... stages) {
  std::string plan;
  ((plan += plan_text(stages)), ...);
  Fitter<Model, Optimizer, Train, Test, Schedule> fitter(model, optimizer, train, test, options, schedule, plan);
  std::uint64_t number = 0, epochs = 0;
  ((fitter.run(number, stages, epochs), ++number, epochs += std::uint64_t(stages.epochs)), ...);
  return fitter.take_result();
}

template <class Model, class Optimizer, class Train, class Test, class Schedule, class Loss>
FitResult fit(Model& model, Optimizer& optimizer, Train const& train, Test const* test, FitOptions const& options,
              Schedule const& schedule, std::vector<TrainingStage<Loss>> const& stages) {
  if (stages.empty()) refuse("fit: list of stages", "none", "at least one");
  std::string plan;
  for (auto const& stage : stages) plan += plan_text(stage);
  Fitter<Model, Optimizer, Train, Test, Schedule> fitter(model, optimizer, train, test, options, schedule, plan);
  std::uint64_t number = 0, epochs = 0;
  for (auto const& stage : stages) {
    fitter.run(number++, stage, epochs);
    epochs += std::uint64_t(stage.epochs);
  }
  return fitter.take_result();
}

}  // namespace detail

/// Trains a model through a list of stages, evaluating on `test` after each epoch.
///
/// The schedule runs over each stage's epochs, from its learning rate. With a checkpoint file, a run that was killed at
/// any moment goes on from the last complete checkpoint and ends in the same bits as one that was left alone.
/// Throws: NumericError for a loss that is not finite, IoError for files, std::invalid_argument for data that do not
///         fit.
template <class Model, class Optimizer, class Train, class Test, class Schedule, class... Losses>
  requires data::Dataset<Train> && data::Dataset<Test> FitResult fit(Model& model, Optimizer& optimizer,
                                                                     Train const& train, Test const& test,
                                                                     FitOptions const& options,
                                                                     Schedule const& schedule,
                                                                     TrainingStage<Losses> const&... stages) {
    static_assert(sizeof...(Losses) > 0, "tet::fit: give it at least one tet::TrainingStage");
    return detail::fit(model, optimizer, train, &test, options, schedule, stages...);
  }

/// The same without a test set.
template <class Model, class Optimizer, class Train, class Schedule, class... Losses>
  requires data::Dataset<Train> FitResult fit(Model& model, Optimizer& optimizer, Train const& train,
                                              FitOptions const& options, Schedule const& schedule,
                                              TrainingStage<Losses> const&... stages) {
    static_assert(sizeof...(Losses) > 0, "tet::fit: give it at least one tet::TrainingStage");
    return detail::fit(model, optimizer, train, static_cast<Train const*>(nullptr), options, schedule, stages...);
  }

/// The same for a list of stages that is known at run time, as `tit` makes one.
/// Throws: as above; std::invalid_argument for an empty list.
template <class Model, class Optimizer, class Train, class Test, class Schedule, class Loss>
  requires data::Dataset<Train> && data::Dataset<Test> FitResult fit(Model& model, Optimizer& optimizer,
                                                                     Train const& train, Test const& test,
                                                                     FitOptions const& options,
                                                                     Schedule const& schedule,
                                                                     std::vector<TrainingStage<Loss>> const& stages) {
    return detail::fit(model, optimizer, train, &test, options, schedule, stages);
  }

template <class Model, class Optimizer, class Train, class Schedule, class Loss>
  requires data::Dataset<Train> FitResult fit(Model& model, Optimizer& optimizer, Train const& train,
                                              FitOptions const& options, Schedule const& schedule,
                                              std::vector<TrainingStage<Loss>> const& stages) {
    return detail::fit(model, optimizer, train, static_cast<Train const*>(nullptr), options, schedule, stages);
  }

}  // namespace tet

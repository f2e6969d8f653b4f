// SPDX-License-Identifier: MIT
#include <tests/support/scratch_folder.hpp>
#include <tests/train/small_run.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using tet::Timesteps;
using Stages = std::vector<tet::TrainingStage<tet::TetLoss>>;

/// T = 1, 2 and 4, statistics taken anew over four of an epoch's six batches.
Stages three_stages(tet::Index reestimate = 4) {
  return tet::tit(tet::TetLoss{},
                  {{.timesteps = {1}, .epochs = 1},
                   {.timesteps = {2}, .epochs = 2},
                   {.timesteps = {4}, .epochs = 1, .learning_rate = 2e-3}},
                  {.reestimate_batches = reestimate});
}

tet::FitOptions quiet(tet::FitOptions options = {}) {
  options.batch_size = small_run::batch_size;
  options.seed = tet::Seed{9};
  options.progress = tet::ProgressOutput::none;
  return options;
}

/// A fresh model trained by the stages: all that is left behind.
template <class... Stage>
std::vector<float> trained(tet::FitOptions const& options, Stage const&... stages) {
  small_run::Model model{tet::Seed{3}};
  tet::Adam optimizer{model, {.learning_rate = 1e-2}};
  auto const train = small_run::frames();
  tet::fit(model, optimizer, train, train, quiet(options), tet::CosineSchedule{}, stages...);
  return small_run::everything(model, optimizer);
}

std::string refusal(std::vector<tet::TitStep> const& steps, tet::TitOptions options = {}) {
  try {
    tet::tit(tet::SdtLoss{}, steps, options);
  } catch (std::invalid_argument const& error) {
    return error.what();
  }
  return "accepted";
}

struct Interruption {};

}  // namespace

TEST_CASE("TIT: stages inherit from a small T to the target, and the larger ones take statistics anew [tit]") {
  Stages const stages = three_stages();
  REQUIRE(stages.size() == 3);
  CHECK(stages[0].timesteps.value == 1);
  CHECK(stages[0].reestimate_batches == 0);
  CHECK_FALSE(stages[0].learning_rate.has_value());
  CHECK(stages[1].epochs == 2);
  CHECK(stages[1].reestimate_batches == 4);
  CHECK(stages[2].timesteps.value == 4);
  CHECK(stages[2].learning_rate == 2e-3);
  CHECK(three_stages(0)[2].reestimate_batches == 0);
}

TEST_CASE("TIT: steps that are no inheritance are refused by what is wrong with them [tit]") {
  using Steps = std::vector<tet::TitStep>;
  CHECK(refusal(Steps{{.timesteps = {2}}, {.timesteps = {4}}}) == "accepted");
  CHECK(refusal(Steps{{.timesteps = {2}}}) ==
        "tet: tit: steps: got 1, expected at least 2, from a small T to the target");
  CHECK(refusal(Steps{{.timesteps = {4}}, {.timesteps = {4}}}) ==
        "tet: tit: step 2: timesteps: got 4, expected more than 4");
  CHECK(refusal(Steps{{.timesteps = {0}}, {.timesteps = {4}}}) ==
        "tet: tit: step 1: timesteps: got 0, expected more than 0");
  CHECK(refusal(Steps{{.timesteps = {1}}, {.timesteps = {2}, .epochs = 0}}) ==
        "tet: tit: step 2: epochs: got 0, expected at least 1");
  for (double const rate : {0.0, -1e-3, std::numeric_limits<double>::infinity(), std::nan("")}) {
    CAPTURE(rate);
    CHECK(refusal(Steps{{.timesteps = {1}, .learning_rate = rate}, {.timesteps = {2}}})
              .starts_with("tet: tit: step 1: learning rate"));
  }
  CHECK(refusal(Steps{{.timesteps = {1}}, {.timesteps = {2}}}, {.reestimate_batches = -1})
            .ends_with("got -1, expected at least 0"));
}

TEST_CASE("TIT: a list of stages trains to the same bits as the stages one by one [tit]") {
  Stages const list = three_stages();
  CHECK(trained({}, list) == trained({}, list[0], list[1], list[2]));
  CHECK_THROWS_WITH_AS(trained({}, Stages{}), "tet: fit: list of stages: got none, expected at least one",
                       std::invalid_argument);
}

TEST_CASE("TIT: statistics taken anew are the average over batches at the new T, weights as they were [tit]") {
  constexpr tet::Index batches = 4;
  auto const train = small_run::frames();
  tet::TrainingStage<tet::TetLoss> const first{.epochs = 1, .timesteps = {2}};
  tet::TrainingStage<tet::TetLoss> const none{.epochs = 0, .timesteps = {4}, .reestimate_batches = batches};
  small_run::Model model{tet::Seed{3}}, hand{tet::Seed{3}};
  tet::Adam optimizer{model, {.learning_rate = 1e-2}}, hand_optimizer{hand, {.learning_rate = 1e-2}};
  tet::fit(model, optimizer, train, quiet(), tet::CosineSchedule{}, first, none);
  tet::fit(hand, hand_optimizer, train, quiet(), tet::CosineSchedule{}, first);

  CHECK(model.parameter_storage().download() == hand.parameter_storage().download());
  CHECK(model.batches_tracked() == hand.batches_tracked());
  auto const inherited = hand.statistic_storage().download();
  CHECK(model.statistic_storage().download() != inherited);

  // By hand: from 0, one training forward leaves momentum (0.1) times the batch's own statistics.
  std::vector<double> average(inherited.size());
  tet::Index seen = 0;
  for (tet::Batch const& batch : tet::data::batches(train, {.batch_size = small_run::batch_size,
                                                           .timesteps = {4},
                                                           .order = tet::data::Order::shuffled,
                                                           .seed = tet::Seed{9},
                                                           .epoch = 1})) {
    if (seen++ == batches) break;
    hand.statistic_storage().clear();
    hand.forward(tet::detail::input_of(batch), tet::Mode::training);
    auto const tracked = hand.statistic_storage().download();
    for (std::size_t i = 0; i < average.size(); ++i) average[i] += double(tracked[i]) / 0.1 / double(batches);
  }
  auto const estimated = model.statistic_storage().download();
  double largest = 0;
  for (std::size_t i = 0; i < average.size(); ++i) {
    CAPTURE(i);
    CHECK(double(estimated[i]) == doctest::Approx(average[i]).epsilon(1e-5));
    largest = std::max(largest, std::abs(average[i]));
  }
  CHECK(largest > 0.01);
}

TEST_CASE("TIT: more batches than an epoch has are the whole epoch's [tit]") {
  CHECK(trained({}, three_stages(6)) == trained({}, three_stages(1000)));
  CHECK(trained({}, three_stages(6)) != trained({}, three_stages(5)));
  CHECK(trained({}, three_stages(6)) != trained({}, three_stages(0)));
}

TEST_CASE("TIT: a run interrupted after any step of any stage resumes to the same bits [tit]") {
  Stages const stages = three_stages();
  auto const reference = trained({}, stages);
  constexpr std::uint64_t steps = 4 * small_run::steps_per_epoch;
  for (std::uint64_t step = 1; step <= steps; ++step) {
    CAPTURE(step);
    fixture::ScratchFolder const folder;
    tet::FitOptions options{.checkpoint = folder.file("run.ckpt"), .checkpoint_every = 4};
    tet::FitOptions interrupted = options;
    interrupted.after_step = [&](tet::RunPosition const& at) {
      if (at.steps == step) throw Interruption{};
    };
    CHECK_THROWS_AS(trained(interrupted, stages), Interruption);
    CHECK(trained(options, stages) == reference);
  }
}

TEST_CASE("TIT: a checkpoint of a run with other statistics is refused [tit]") {
  fixture::ScratchFolder const folder;
  tet::FitOptions const options{.checkpoint = folder.file("run.ckpt")};
  trained(options, three_stages(4));
  CHECK_THROWS_WITH_AS(trained(options, three_stages(0)), doctest::Contains("a checkpoint of another run"),
                       tet::IoError);
}

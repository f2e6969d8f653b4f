// SPDX-License-Identifier: MIT
#include <tests/support/scratch_folder.hpp>
#include <tests/train/small_run.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

TEST_CASE("Fit: mixed batches are those of the stream, and a run that mixes resumes to the same bits [fit]") {
  auto const train = small_run::frames();
  tet::FitOptions options{.mix = {.mixup = 0.4, .cutmix = 1, .probability = 0.8}};
  small_run::Model model{tet::Seed{3}}, by_hand{tet::Seed{3}}, plain{tet::Seed{3}};
  tet::Adam optimizer{model}, hand_optimizer{by_hand}, plain_optimizer{plain};
  small_run::fit(model, optimizer, train, options);
  for (std::uint64_t epoch = 0; epoch < 4; ++epoch) {
    hand_optimizer.set_learning_rate(tet::CosineSchedule{}(1e-3, tet::Index(epoch % 2), 2));
    for (tet::Batch const& batch : tet::data::batches(train, {.batch_size = small_run::batch_size,
                                                             .timesteps = {epoch < 2 ? 2 : 4},
                                                             .order = tet::data::Order::shuffled,
                                                             .seed = tet::Seed{9},
                                                             .epoch = epoch,
                                                             .mix = options.mix})) {
      if (epoch < 2) tet::train_step(by_hand, tet::SdtLoss{}, hand_optimizer, batch);
      else tet::train_step(by_hand, tet::TetLoss{}, hand_optimizer, batch);
    }
  }
  auto const want = small_run::everything(model, optimizer);
  CHECK(small_run::everything(by_hand, hand_optimizer) == want);
  small_run::fit(plain, plain_optimizer, train, {});
  CHECK(small_run::everything(plain, plain_optimizer) != want);

  // Stopped in the middle of an epoch, and continued by another model.
  fixture::ScratchFolder const folder;
  options.checkpoint = folder.file("run.ckpt");
  options.checkpoint_every = 1;
  struct Stop {};
  options.after_step = [](tet::RunPosition const& at) {
    if (at.steps == 9) throw Stop{};
  };
  small_run::Model first{tet::Seed{3}}, second{tet::Seed{3}};
  tet::Adam first_optimizer{first}, second_optimizer{second};
  CHECK_THROWS_AS(small_run::fit(first, first_optimizer, train, options), Stop);
  options.after_step = {};
  CHECK(small_run::fit(second, second_optimizer, train, options).first_step == 8);
  CHECK(small_run::everything(second, second_optimizer) == want);
  options.mix.mixup = 0.5;
  CHECK_THROWS_AS(small_run::fit(second, second_optimizer, train, options),
                  tet::IoError);  // a checkpoint of another run
}

TEST_CASE("train_step: the second labels and shares of a mixed batch are checked [train]") {
  auto const train = small_run::frames();
  small_run::Model model{tet::Seed{3}};
  tet::Adam optimizer{model};
  tet::Batch batch;
  for (tet::Batch const& first : tet::data::batches(train, 4, tet::Timesteps{2})) {
    batch = first;
    break;
  }
  auto const refused = [&](std::vector<int> others, std::vector<float> shares) {
    batch.other_labels = std::move(others);
    batch.shares = std::move(shares);
    CHECK_THROWS_AS(tet::train_step(model, tet::TetLoss{}, optimizer, batch), std::invalid_argument);
  };
  refused({0, 1, 2}, {1, 1, 1, 1});
  refused({0, 1, 2, 3}, {1, 1, 1, 1});
  refused({0, 1, 2, 0}, {1, 1, 1});
  refused({0, 1, 2, 0}, {1, 1, 1, 1.5f});
  refused({0, 1, 2, 0}, {1, 1, 1, -0.5f});
  refused({}, {1, 1, 1, 1});
  CHECK(optimizer.steps() == 0);
  batch.other_labels = {0, 1, 2, 0};
  batch.shares = {1, 1, 0.5f, 0};
  CHECK(tet::train_step(model, tet::TetLoss{}, optimizer, batch).samples == 4);
}

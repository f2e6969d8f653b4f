// SPDX-License-Identifier: MIT
#include <tests/support/scratch_folder.hpp>
#include <tests/train/small_run.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <string>

namespace {

std::string file_in(fixture::ScratchFolder const& folder, char const* name) { return folder.file(name); }

std::vector<std::string> lines_of(std::string const& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("Fit: stages of different timesteps and losses carry weights, optimiser and statistics over [fit]") {
  auto const train = small_run::frames();
  small_run::Model model{tet::Seed{3}};
  tet::Adam optimizer{model, {.learning_rate = 1e-2}};
  auto const result = small_run::fit(model, optimizer, train, {});

  // The same by hand: one loop of train_step over the batches of each epoch.
  small_run::Model by_hand{tet::Seed{3}};
  tet::Adam hand_optimizer{by_hand, {.learning_rate = 1e-2}};
  for (std::uint64_t epoch = 0; epoch < 4; ++epoch) {
    tet::Timesteps const timesteps{epoch < 2 ? 2 : 4};
    hand_optimizer.set_learning_rate(tet::CosineSchedule{}(1e-2, tet::Index(epoch % 2), 2));
    for (tet::Batch const& batch : tet::data::batches(train, {.batch_size = small_run::batch_size,
                                                             .timesteps = timesteps,
                                                             .order = tet::data::Order::shuffled,
                                                             .seed = tet::Seed{9},
                                                             .epoch = epoch})) {
      if (epoch < 2) tet::train_step(by_hand, tet::SdtLoss{}, hand_optimizer, batch);
      else tet::train_step(by_hand, tet::TetLoss{}, hand_optimizer, batch);
    }
  }
  CHECK(small_run::everything(model, optimizer) == small_run::everything(by_hand, hand_optimizer));

  REQUIRE(result.epochs.size() == 4);
  CHECK(result.steps == std::uint64_t(small_run::total_steps));
  CHECK(result.first_step == 0);
  CHECK(result.epochs[1].loss_name == "SDT");
  CHECK(result.epochs[1].epoch == 2);
  CHECK(result.epochs[2].loss_name == "TET");
  CHECK(result.epochs[2].timesteps == 4);
  CHECK(result.epochs[3].learning_rate == doctest::Approx(0.5e-2));
  CHECK(result.epochs[3].train_loss < result.epochs[2].train_loss);
}

TEST_CASE("Fit: a stage's own learning rate starts its schedule [fit]") {
  auto const train = small_run::frames();
  small_run::Model model{tet::Seed{3}};
  tet::Sgd optimizer{model, {.learning_rate = 0.1}};
  auto const result =
      tet::fit(model, optimizer, train, tet::FitOptions{.batch_size = 8, .progress = tet::ProgressOutput::none},
               tet::ConstantSchedule{}, tet::TrainingStage{1, tet::Timesteps{1}, tet::SdtLoss{}},
               tet::TrainingStage<tet::SdtLoss>{.epochs = 1, .timesteps = {2}, .learning_rate = 0.01});
  REQUIRE(result.epochs.size() == 2);
  CHECK(result.epochs[0].learning_rate == 0.1);
  CHECK(result.epochs[1].learning_rate == 0.01);
  CHECK(result.epochs[0].test_accuracy == -1);
}

TEST_CASE("Fit: metrics are a CSV file with a row for each epoch [fit]") {
  fixture::ScratchFolder const folder;
  small_run::Model model{tet::Seed{3}};
  tet::Adam optimizer{model};
  auto const result =
      small_run::fit(model, optimizer, small_run::frames(), {.metrics = file_in(folder, "metrics.csv")});
  auto const lines = lines_of(file_in(folder, "metrics.csv"));
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] + "\n" == tet::metrics_header);
  CHECK(lines[3].starts_with("1,1,4,TET,"));
  CHECK(lines[1] + "\n" == tet::metrics_line(result.epochs[0]));
}

TEST_CASE("Fit: a finished run that is resumed does nothing [fit]") {
  fixture::ScratchFolder const folder;
  tet::FitOptions const options{.checkpoint = file_in(folder, "run.ckpt")};
  small_run::Model model{tet::Seed{3}};
  tet::Adam optimizer{model};
  small_run::fit(model, optimizer, small_run::frames(), options);
  small_run::Model again{tet::Seed{77}};
  tet::Adam again_optimizer{again};
  auto const result = small_run::fit(again, again_optimizer, small_run::frames(), options);
  CHECK(result.steps == 0);
  CHECK(result.first_step == std::uint64_t(small_run::total_steps));
  CHECK(small_run::everything(model, optimizer) == small_run::everything(again, again_optimizer));
}

TEST_CASE("Fit: a checkpoint of another run is refused and leaves the model as it was [fit]") {
  fixture::ScratchFolder const folder;
  tet::FitOptions const options{.checkpoint = file_in(folder, "run.ckpt")};
  small_run::Model model{tet::Seed{3}};
  tet::Adam optimizer{model};
  small_run::fit(model, optimizer, small_run::frames(), options);

  small_run::Model other{tet::Seed{4}};
  tet::Adam wrong_rate{other, {.learning_rate = 0.5}};
  auto const before = small_run::everything(other, wrong_rate);
  CHECK_THROWS_AS(small_run::fit(other, wrong_rate, small_run::frames(), options), tet::IoError);
  CHECK(small_run::everything(other, wrong_rate) == before);

  tet::Sgd wrong_optimizer{other};
  CHECK_THROWS_WITH_AS(small_run::fit(other, wrong_optimizer, small_run::frames(), options),
                       doctest::Contains("a checkpoint of another run"), tet::IoError);
}

TEST_CASE("Fit: a damaged checkpoint is refused and leaves the model as it was [fit]") {
  fixture::ScratchFolder const folder;
  std::string const path = file_in(folder, "run.ckpt");
  small_run::Model model{tet::Seed{3}};
  tet::Adam optimizer{model};
  small_run::fit(model, optimizer, small_run::frames(), {.checkpoint = path});
  auto bytes = tet::read_file_bytes(path);
  bytes[bytes.size() / 2] ^= std::byte{4};
  tet::write_atomically(path, bytes);
  small_run::Model other{tet::Seed{4}};
  tet::Adam other_optimizer{other};
  auto const before = small_run::everything(other, other_optimizer);
  CHECK_THROWS_AS(small_run::fit(other, other_optimizer, small_run::frames(), {.checkpoint = path}), tet::IoError);
  CHECK(small_run::everything(other, other_optimizer) == before);
  auto const anew =
      small_run::fit(other, other_optimizer, small_run::frames(), {.checkpoint = path, .resume = tet::Resume::never});
  CHECK(anew.first_step == 0);
}

TEST_CASE("Fit: a loss that is not finite stops the run and keeps the last checkpoint [fit]") {
  fixture::ScratchFolder const folder;
  small_run::Model model{tet::Seed{3}};
  tet::Sgd optimizer{model, {.learning_rate = 1e30}};
  CHECK_THROWS_WITH_AS(
      small_run::fit(model, optimizer, small_run::frames(), {.checkpoint = file_in(folder, "run.ckpt")}),
      doctest::Contains("the loss is"), tet::NumericError);
}

// SPDX-License-Identifier: MIT
#include <examples/recipes/networks.hpp>
#include <tests/support/scratch_folder.hpp>

#include <tet/core/error.hpp>
#include <tet/core/file_bytes.hpp>
#include <tet/core/folder.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

std::string content(std::string const& path) {
  auto const bytes = tet::read_file_bytes(path);
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

/// Two short stages on a few digits.
recipes::Recipe digits(std::string const& output) {
  recipes::Recipe r = recipes::read_recipe(TET_SOURCE_DIR "/recipes/digits.ini");
  r.timesteps = {1, 2};
  r.epochs = {1, 1};
  r.reestimate_batches = 1;
  r.train_samples = 48;
  r.test_samples = 16;
  r.output = output;
  return r;
}

}  // namespace

TEST_CASE("Recipes: a run leaves metrics, weights, checkpoint and its recipe, and resumes to the same [recipes]") {
  fixture::ScratchFolder const scratch;
  std::string const output = scratch.file("run");
  recipes::Recipe recipe = digits(output);
  recipe.cutmix = 1;
  recipe.tensorboard = true;
  recipes::run(recipe, recipes::Start::anew);
  CHECK(tet::names_in_folder(output + "/tensorboard").size() == 1);
  std::string const metrics = content(output + "/metrics.csv"), weights = content(output + "/weights.safetensors");
  CHECK(std::count(metrics.begin(), metrics.end(), '\n') == 3);  // header, and an epoch of each stage
  CHECK(metrics.find("\n1,1,2,TET,") != std::string::npos);
  CHECK(content(output + "/recipe.ini") == recipes::recipe_text(recipe));

  // Nothing is left to do; threads and checkpoints may be others.
  std::filesystem::remove(output + "/weights.safetensors");
  recipe.checkpoint_every = 1;
  recipes::run(recipe, recipes::Start::resumed);
  CHECK(content(output + "/weights.safetensors") == weights);
  CHECK(content(output + "/metrics.csv") == metrics);

  // Anew with the same seed: the same weights. Without cutmix: others.
  std::string const second = scratch.file("second");
  recipe.output = second;
  recipes::run(recipe, recipes::Start::resumed);  // there is nothing to resume
  CHECK(content(second + "/weights.safetensors") == weights);
  recipe.cutmix = 0;
  recipes::run(recipe, recipes::Start::anew);
  CHECK(content(second + "/weights.safetensors") != weights);

  // A run with other settings is another run.
  recipe.lambda = 0.25;
  try {
    recipes::run(recipe, recipes::Start::resumed);
    FAIL("it was resumed");
  } catch (recipes::RecipeError const& error) {
    CHECK(std::string(error.what()) == second + "/recipe.ini: the run to be resumed has lambda = 0.05, got 0.25");
  }
  recipe.train_samples = 1000000;
  CHECK_THROWS_AS(recipes::run(recipe, recipes::Start::anew), recipes::RecipeError);
}

TEST_CASE("Recipes: one step of the modern recipe on files in CIFAR-10's format [recipes]") {
  fixture::ScratchFolder const scratch;
  auto const write = [&](std::string const& name, int records) {
    std::ofstream file(scratch.file(name.c_str()), std::ios::binary);
    for (int n = 0; n < records; ++n) {
      file.put(char(n % 10));
      for (int k = 0; k < 3072; ++k) file.put(char(k * 7 + n * 31 + k * k / 50));
    }
  };
  for (int n = 1; n <= 5; ++n) write("data_batch_" + std::to_string(n) + ".bin", 2);
  write("test_batch.bin", 3);
  recipes::Recipe r = recipes::read_recipe(TET_SOURCE_DIR "/recipes/cifar10_resnet19_modern.ini");
  r.network = "cifar_small";
  r.data = std::filesystem::path(scratch.file("test_batch.bin")).parent_path().string();
  r.output = scratch.file("run");
  r.timesteps = {1};
  r.epochs = {1};
  r.mix_probability = 1;
  recipes::run(r, recipes::Start::anew);
  std::string const metrics = content(r.output + "/metrics.csv");
  CHECK(std::count(metrics.begin(), metrics.end(), '\n') == 2);
  r.data += "/none";
  r.output = scratch.file("no-run");
  CHECK_THROWS_AS(recipes::run(r, recipes::Start::anew), tet::IoError);
  CHECK_FALSE(std::filesystem::exists(r.output));
}

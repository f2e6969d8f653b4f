// SPDX-License-Identifier: MIT
#include <examples/recipes/networks.hpp>
#ifdef TET_RECIPES_HAVE_IMAGES
#include <tests/support/image_files.hpp>
#endif
#include <tests/support/scratch_folder.hpp>

#include <tet/core/error.hpp>
#include <tet/core/folder.hpp>
#include <tet/data/cifar.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

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

/// One epoch of one step at T = 1, on two samples; the lines of metrics.csv.
long lines_of_one_step(std::string const& recipe, std::string const& data, std::string const& output) {
  recipes::Recipe r = recipes::read_recipe(TET_SOURCE_DIR "/recipes/" + recipe);
  r.data = data;
  r.output = output;
  r.timesteps = r.epochs = {1};
  r.train_samples = r.test_samples = 2;
  recipes::run(r, recipes::Start::anew);
  std::string const metrics = fixture::content_of(output + "/metrics.csv");
  return std::count(metrics.begin(), metrics.end(), '\n');
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
  std::string const metrics = fixture::content_of(output + "/metrics.csv"),
                    weights = fixture::content_of(output + "/weights.safetensors");
  CHECK(std::count(metrics.begin(), metrics.end(), '\n') == 3);  // header, and an epoch of each stage
  CHECK(metrics.find("\n1,1,2,TET,") != std::string::npos);
  CHECK(fixture::content_of(output + "/recipe.ini") == recipes::recipe_text(recipe));

  // Nothing is left to do; threads and checkpoints may be others.
  std::filesystem::remove(output + "/weights.safetensors");
  recipe.checkpoint_every = 1;
  recipes::run(recipe, recipes::Start::resumed);
  CHECK(fixture::content_of(output + "/weights.safetensors") == weights);
  CHECK(fixture::content_of(output + "/metrics.csv") == metrics);

  // Anew with the same seed: the same weights. Without cutmix: others.
  std::string const second = scratch.file("second");
  recipe.output = second;
  recipes::run(recipe, recipes::Start::resumed);  // there is nothing to resume
  CHECK(fixture::content_of(second + "/weights.safetensors") == weights);
  recipe.cutmix = 0;
  recipes::run(recipe, recipes::Start::anew);
  CHECK(fixture::content_of(second + "/weights.safetensors") != weights);

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
    std::ofstream file(scratch.file(name), std::ios::binary);
    for (int n = 0; n < records; ++n) {
      file.put(char(n % 10));
      for (int k = 0; k < 3072; ++k) file.put(char(k * 7 + n * 31 + k * k / 50));
    }
  };
  for (int n = 1; n <= 5; ++n) write("data_batch_" + std::to_string(n) + ".bin", 2);
  write("test_batch.bin", 3);
  recipes::Recipe r = recipes::read_recipe(TET_SOURCE_DIR "/recipes/cifar10_resnet19_modern.ini");
  r.network = "cifar_small";
  r.data = scratch.path();
  r.output = scratch.file("run");
  r.timesteps = {1};
  r.epochs = {1};
  r.mix_probability = 1;
  recipes::run(r, recipes::Start::anew);
  std::string const metrics = fixture::content_of(r.output + "/metrics.csv");
  CHECK(std::count(metrics.begin(), metrics.end(), '\n') == 2);
  r.data += "/none";
  r.output = scratch.file("no-run");
  CHECK_THROWS_AS(recipes::run(r, recipes::Start::anew), tet::IoError);
  CHECK_FALSE(std::filesystem::exists(r.output));
}

TEST_CASE("Recipes: one step of VGGSNN on recordings in DVS-CIFAR10's format [recipes]") {
  fixture::ScratchFolder const scratch;
  for (auto const name : tet::data::cifar10_classes) {
    std::string const folder = scratch.file(std::string(name));
    std::filesystem::create_directory(folder);
    for (int n = 0; n < 10; ++n) {
      std::ofstream file(folder + "/" + std::to_string(n) + ".aedat", std::ios::binary);
      file << "#!AER-DAT2.0\r\n";
      for (int k = 0; k < 200; ++k)
        for (int const byte : {0, 0, k * 7 % 128, k * 13 % 256, 0, 0, 0, k}) file.put(char(byte));
    }
  }
  CHECK(lines_of_one_step("dvs_cifar10_vggsnn_t10.ini", scratch.path(), scratch.file("run")) == 2);
}

#ifdef TET_RECIPES_HAVE_IMAGES
TEST_CASE("Recipes: one step of both networks on a folder tree like ImageNet's [recipes]") {
  fixture::ScratchFolder const scratch;
  std::string const picture = tet::test::jpeg_file(40, 56, 3, tet::test::slope_pixels(40, 56));
  for (int c = 0; c < 1000; ++c)
    for (std::string const part : {"train", "val"}) {
      std::string const folder = scratch.file("imagenet/" + part + "/n" + std::to_string(10000 + c));
      std::filesystem::create_directories(folder);
      std::ofstream(folder + "/1.JPEG", std::ios::binary) << picture;
    }
  for (std::string const name : {"imagenet_spiking_resnet34_t6", "imagenet_sew_resnet34_t4"}) {
    CAPTURE(name);
    CHECK(lines_of_one_step(name + ".ini", scratch.file("imagenet"), scratch.file(name)) == 2);
  }
}
#endif

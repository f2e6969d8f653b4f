// SPDX-License-Identifier: MIT
#include <examples/recipes/command_line.hpp>
#include <examples/recipes/networks.hpp>
#include <tests/support/scratch_folder.hpp>

#include <tet/core/error.hpp>
#include <tet/core/folder.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

namespace {

std::string const folder = TET_SOURCE_DIR "/recipes/";

/// The message of the RecipeError that `call` must throw.
template <class Call>
std::string refusal(Call call) {
  try {
    call();
  } catch (recipes::RecipeError const& error) {
    return error.what();
  }
  return "nothing was refused";
}

recipes::CommandLine parsed(std::vector<char const*> const& arguments) {
  return recipes::parse_command_line(arguments);
}

}  // namespace

TEST_CASE("Recipes: every file of the project is read, fits a network, and is written back to the same [recipes]") {
  auto const names = tet::names_in_folder(folder);
  CHECK(names.size() >= 15);
  fixture::ScratchFolder const scratch;
  for (std::string const& name : names) {
    CAPTURE(name);
    CHECK(name.ends_with(".ini"));
    recipes::Recipe const recipe = recipes::read_recipe(folder + name);
    CHECK_NOTHROW(recipes::check(recipe));
    std::string const text = recipes::recipe_text(recipe);
    std::ofstream(scratch.file("again.ini")) << text;
    CHECK(recipes::recipe_text(recipes::read_recipe(scratch.file("again.ini"))) == text);
  }
}

TEST_CASE("Recipes: the paper's settings stand in its rows [recipes]") {
  for (char const* const set : {"cifar10", "cifar100"}) {
    for (int const T : {2, 4, 6}) {
      auto const r = recipes::read_recipe(folder + set + "_resnet19_t" + std::to_string(T) + ".ini");
      CHECK(r.timesteps == std::vector<long>{T});
      CHECK(r.epochs == std::vector<long>{300});
      CHECK(r.tau == 0.5);
      CHECK(r.threshold == 1);
      CHECK(r.phi == 1);
      CHECK(r.lambda == 0.05);
      CHECK(r.batch_size == 128);
      CHECK(r.optimizer == "adam");
      CHECK(r.learning_rate == 1e-3);
      CHECK(r.schedule == "cosine");
      CHECK(r.final_learning_rate == 0);
    }
    auto const tit = recipes::read_recipe(folder + set + "_resnet19_tit_t6.ini");
    CHECK(tit.timesteps == std::vector<long>{2, 6});
    CHECK(tit.epochs == std::vector<long>{300, 50});
  }
  auto const dvs = recipes::read_recipe(folder + "dvs_cifar10_vggsnn_t10.ini");
  CHECK(dvs.lambda == 0.001);
  CHECK(dvs.timesteps == std::vector<long>{10});
  CHECK(dvs.flip);
  CHECK(dvs.roll == 5);
}

TEST_CASE("Recipes: what is wrong in a file is named by line, field and what was expected [recipes]") {
  struct Case {
    char const *text, *message;
  };
  Case const cases[] = {
      {"# remark\n\nlamda = 0.05\n", ":3: no field is named \"lamda\"; did you mean \"lambda\"?"},
      {"lambda = much\n", ":1: lambda: got \"much\", expected a number from 0 to 1"},
      {"lambda = 2\n", ":1: lambda: got \"2\", expected a number from 0 to 1"},
      {"lambda = nan\n", ":1: lambda: got \"nan\", expected a number from 0 to 1"},
      {"lambda =\n", ":1: lambda: got \"\", expected a number from 0 to 1"},
      {"batch_size = 1.5\n", ":1: batch_size: got \"1.5\", expected a whole number from 1 to 100000"},
      {"batch_size = 12 8\n", ":1: batch_size: got \"12 8\", expected a whole number from 1 to 100000"},
      {"seed = -1\n", ":1: seed: got \"-1\", expected a whole number from 0 to 9223372036854775807"},
      {"flip = true\n", ":1: flip: got \"true\", expected yes or no"},
      {"loss = TET\n", ":1: loss: got \"TET\", expected sdt, tet"},
      {"timesteps = 2,\n",
       ":1: timesteps: got \"2,\", expected whole numbers from 1 to 1000, one for each stage: 2, 4"},
      {"phi = 1\nphi = 1\n", ":2: phi stands here a second time"},
      {"phi 1  # one\n", ":1: got \"phi 1\", expected field = value"},
  };
  fixture::ScratchFolder const scratch;
  std::string const path = scratch.file("recipe.ini");
  for (Case const& c : cases) {
    CAPTURE(c.text);
    std::ofstream(path) << c.text;
    CHECK(refusal([&] { recipes::read_recipe(path); }) == path + c.message);
  }
  std::ofstream(path) << "  lambda\t=  0.25 # a remark, and no end of the line";
  CHECK(recipes::read_recipe(path).lambda == 0.25);
  CHECK_THROWS_AS(recipes::read_recipe(scratch.file("none.ini")), tet::IoError);
}

TEST_CASE("Recipes: fields that do not go together are refused [recipes]") {
  auto const refused = [](auto change) {
    recipes::Recipe recipe = recipes::read_recipe(folder + "cifar10_resnet19_t4.ini");
    change(recipe);
    return refusal([&] { recipes::check(recipe); }).starts_with("recipe: ");
  };
  using R = recipes::Recipe&;
  CHECK_FALSE(refused([](R) {}));
  CHECK(refused([](R r) { r.epochs = {1, 2}; }));
  CHECK(refused([](R r) { r.epochs = {1, 1}, r.timesteps = {4, 4}; }));
  CHECK(refused([](R r) { r.reestimate_batches = 4; }));
  CHECK(refused([](R r) { r.tau = 0.25; }));
  CHECK(refused([](R r) { r.threshold = 0.5; }));
  CHECK(refused([](R r) { r.final_learning_rate = 1; }));
  CHECK(refused([](R r) { r.dataset = "dvs_cifar10"; }));
  CHECK(refused([](R r) { r.data = ""; }));
  CHECK(refused([](R r) { r.roll = 1; }));
  auto const digits_refused = [&](auto change) {
    return refused([&](R r) {
      r.network = r.dataset = "digits", r.flip = false, r.crop_padding = 0;
      change(r);
    });
  };
  CHECK_FALSE(digits_refused([](R) {}));
  CHECK(digits_refused([](R r) { r.crop_padding = 4; }));
  CHECK(digits_refused([](R r) { r.flip = true; }));
  CHECK(digits_refused([](R r) { r.roll = 1; }));
  CHECK(digits_refused([](R r) { r.mixup = 1; }));
}

TEST_CASE("Recipes: the command line overrides every field, and refuses what it does not know [recipes]") {
  std::string const file = folder + "cifar10_resnet19_t2.ini";
  auto const line = parsed({"--batch-size", "32", "--recipe", file.c_str(), "--lambda=0.5", "--flip", "no",
                            "--timesteps", "2, 4", "--epochs", "3,1", "--resume", "--print"});
  CHECK(line.recipe.batch_size == 32);
  CHECK(line.recipe.lambda == 0.5);
  CHECK_FALSE(line.recipe.flip);
  CHECK(line.recipe.timesteps == std::vector<long>{2, 4});
  CHECK(line.recipe.network == "resnet19");
  CHECK(line.action == recipes::Action::print);
  CHECK(line.start == recipes::Start::resumed);
  for (recipes::FieldText const& field : recipes::fields_of(line.recipe)) {
    CAPTURE(field.name);
    CHECK(recipes::help_text().find("--" + field.name + " ") != std::string::npos);
    CHECK_NOTHROW(parsed({"--help", ("--" + field.name).c_str(), field.value.c_str()}));
  }
  CHECK(refusal([] {
          parsed({"--lerning-rate", "1"});
        }) == "command line: no option or field is named \"lerning_rate\"; did you mean \"learning_rate\"?");
  CHECK(refusal([] {
          parsed({"--recpe", "x"});
        }) == "command line: no option or field is named \"recpe\"; did you mean \"recipe\"?");
  CHECK(refusal([] { parsed({"--lambda"}); }) == "command line: --lambda has no value");
  CHECK(refusal([] { parsed({"--lambda", "x"}); }) == "command line: lambda: got \"x\", expected a number from 0 to 1");
  CHECK(refusal([] { parsed({"lambda"}); }) == "command line: got \"lambda\", expected an option that begins with --");
  CHECK(refusal([] { parsed({"--resume=yes"}); }) == "command line: --resume takes no value");
  CHECK(recipes::nearest("lrning_rate", {"lambda", "learning_rate"}) == "learning_rate");
}

// SPDX-License-Identifier: MIT

// The programs time_inheritance and temporal_scaling, at a size of seconds.

#include <tests/experiments/program.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using fixture::run_program;
using nlohmann::json;

std::vector<std::string> tiny(std::string const& folder, std::vector<std::string> const& more = {}) {
  std::vector<std::string> arguments{"--out",       folder, "--seeds",         "1",  "--epochs",       "2",
                                     "--timesteps", "3",    "--train-samples", "60", "--test-samples", "40",
                                     "--batch",     "16",   "--threads",       "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// A program's numbers, without times.
json numbers(std::string const& folder) {
  json all = json::parse(fixture::content_of(folder + "/results.json"));
  for (json& runs : all)
    for (json& run : runs) {
      run.erase("seconds");
      if (run.contains("epochs"))
        for (json& epoch : run["epochs"]) epoch.erase("seconds");
    }
  return all;
}

/// Runs to the end; then once more elsewhere, killed when `file` is there, and goes on to the same numbers.
json check_resumed(std::string const& program, std::string const& file) {
  fixture::ScratchFolder const whole, parts;
  auto const ended = run_program(program, tiny(whole.path()));
  CAPTURE(ended.text);
  REQUIRE(ended.status == 0);
  bool const speaks =
      ended.text.find("holds:") != std::string::npos || ended.text.find("does not show:") != std::string::npos;
  CHECK(speaks);
  for (char const* const result : {"report.html", "results.csv", "settings.json"})
    CHECK(std::filesystem::file_size(whole.file(result)) > 0);

  // On a busy machine the program can be faster than this process; then again.
  int killed = 0;
  for (int attempt = 0; attempt < 10 && killed == 0; ++attempt) {
    for (auto const& entry : std::filesystem::directory_iterator(parts.path()))
      std::filesystem::remove_all(entry.path());
    auto const there = [&] { return std::filesystem::exists(parts.file(file)); };
    killed = run_program(program, tiny(parts.path()), there).status;
  }
  CHECK(killed == -1);
  CHECK_FALSE(std::filesystem::exists(parts.file("results.json")));
  auto const resumed = run_program(program, tiny(parts.path()));
  CHECK(resumed.status == 0);
  CHECK(resumed.text.find("done before") != std::string::npos);
  json const all = numbers(whole.path());
  CHECK(numbers(parts.path()) == all);
  return all;
}

std::string refusal(std::string const& program, std::vector<std::string> const& more) {
  fixture::ScratchFolder const folder;
  auto const ended = run_program(program, tiny(folder.path(), more));
  CHECK(ended.status > 0);
  CHECK_FALSE(std::filesystem::exists(folder.file("results.json")));
  return ended.text;
}

}  // namespace

TEST_CASE("time_inheritance: killed within its second run it goes on to the same numbers [experiments]") {
  if (std::string(TET_TIME_INHERITANCE).empty()) TET_SKIP("the program is not built");
  json const all = check_resumed(TET_TIME_INHERITANCE, "runs/tit-seed1.epochs.json");
  REQUIRE(all.size() == 3);
  REQUIRE(all["scratch"][0]["epochs"].size() == 2);
  json const& epochs = all["tit"][0]["epochs"];
  REQUIRE(epochs.size() == 3);
  CHECK(epochs[0]["timesteps"] == 2);
  CHECK(epochs[2]["timesteps"] == 3);
  CHECK(epochs[2]["target_accuracy"] == all["tit"][0]["accuracy_at"][2]);
  CHECK(epochs[2]["target_accuracy"] == epochs[2]["test_accuracy"]);
  CHECK(epochs[0]["operations"] > 0);
  CHECK(all["tit"][0]["switch_inherited"] == epochs[1]["target_accuracy"]);
  CHECK(all["tit-anew"][0]["switch_anew"] == all["tit"][0]["switch_anew"]);
  // The same seed trains alike until statistics are taken anew, which changes what is measured but not the first steps.
  CHECK(all["tit-anew"][0]["epochs"][1]["train_loss"] == epochs[1]["train_loss"]);
  CHECK(all["tit-anew"][0]["epochs"][2]["train_loss"] == epochs[2]["train_loss"]);
}

TEST_CASE("temporal_scaling: killed within its second run it goes on to the same numbers [experiments]") {
  if (std::string(TET_TEMPORAL_SCALING).empty()) TET_SKIP("the program is not built");
  json const all = check_resumed(TET_TEMPORAL_SCALING, "runs/TET-seed1.ckpt");
  REQUIRE(all.size() == 2);
  for (char const* const loss : {"SDT", "TET"}) {
    CAPTURE(loss);
    json const& run = all[loss][0];
    CHECK(run["accuracy_at"].size() == 8);
    CHECK(run["alone"][0] == run["accuracy_at"][0]);
    // Never certain before the end, or undisturbed: the accuracy at the timesteps of training.
    CHECK(run["exits"].back()["accuracy"] == run["accuracy_at"][2]);
    CHECK(run["noise"][0] == run["accuracy_at"][2]);
    CHECK(run["dropped"][0] == run["accuracy_at"][2]);
    CHECK(run["exits"].back()["timesteps"] == 3);
    for (std::size_t i = 1; i < run["exits"].size(); ++i) {
      CAPTURE(i);
      CHECK(run["exits"][i]["threshold"] > run["exits"][i - 1]["threshold"]);
      CHECK(run["exits"][i]["timesteps"] >= run["exits"][i - 1]["timesteps"]);
    }
  }
}

TEST_CASE("time_inheritance: settings that make no sense are refused by name [experiments]") {
  if (std::string(TET_TIME_INHERITANCE).empty()) TET_SKIP("the program is not built");
  CHECK(
      refusal(TET_TIME_INHERITANCE, {"--small-timesteps", "3"}).find("--small-timesteps: got 3, expected less than") !=
      std::string::npos);
  CHECK(refusal(TET_TIME_INHERITANCE, {"--reestimate-batches", "-1"}).find("--reestimate-batches") !=
        std::string::npos);
  CHECK(refusal(TET_TIME_INHERITANCE, {"--no-such-option"}).find("--no-such-option") != std::string::npos);
}

TEST_CASE("temporal_scaling: settings that make no sense are refused by name [experiments]") {
  if (std::string(TET_TEMPORAL_SCALING).empty()) TET_SKIP("the program is not built");
  CHECK(refusal(TET_TEMPORAL_SCALING, {"--longest", "2"}).find("--longest: got 2, expected at least the 3") !=
        std::string::npos);
  CHECK(refusal(TET_TEMPORAL_SCALING, {"--dataset", "mnist"}).find("--dataset") != std::string::npos);
}

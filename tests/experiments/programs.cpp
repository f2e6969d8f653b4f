// SPDX-License-Identifier: MIT

// The experiments themselves, as small as they go: each makes its report, goes on where it was interrupted with the same
// numbers, and refuses settings that make no sense.

#include <tests/support/scratch_folder.hpp>

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Program {
  std::string path;
  std::vector<std::string> small;                 ///< options that make it quick
  std::vector<std::vector<std::string>> refused;  ///< changes of them that it does not take
  std::vector<std::string> figures;               ///< some of those that it makes
  std::string first_run;                          ///< name of the run that is finished first
};

std::vector<std::string> const tiny = {"--seeds",         "1",  "--epochs",       "2",  "--timesteps", "2",
                                       "--train-samples", "64", "--test-samples", "40", "--batch",     "16"};

std::vector<Program> programs() {
  std::vector<std::string> const flat = {"--samples", "16", "--iterations", "2", "--ascent", "1", "--directions", "1"};
  auto const with = [](std::vector<std::string> a, std::vector<std::string> const& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  std::vector<Program> all;
  all.push_back(
      {TET_LOSS_LANDSCAPE,
       with(with(tiny, flat), {"--points", "3", "--plane", "2", "--probes", "1"}),
       {{"--points", "1"}, {"--dataset", "cifar10"}},
       {"line_sdt", "line_tet", "map_tet_around_SDT", "surface_sdt_around_TET", "flatness_trace", "training_accuracy"},
       "sdt-1"});
  all.push_back({TET_SDT_TO_TET,
                 with(with(tiny, flat), {"--epochs-after", "1"}),
                 {{"--epochs-after", "0"}, {"--samples", "2000"}},
                 {"test_accuracy", "train_loss", "accuracy_at", "flatness_eigenvalue"},
                 "switched-1"});
  std::erase_if(all, [](Program const& program) { return program.path.empty(); });  // those that are not built
  if (all.empty()) MESSAGE("skipped: the experiments are not built");
  return all;
}

/// Options with another value of one of them.
std::vector<std::string> changed(std::vector<std::string> options, std::vector<std::string> const& change) {
  auto const at = std::find(options.begin(), options.end(), change[0]);
  if (at == options.end()) options.insert(options.end(), change.begin(), change.end());
  else *(at + 1) = change[1];
  return options;
}

pid_t start(Program const& program, std::vector<std::string> options, std::string const& out) {
  options.insert(options.begin(), program.path);
  options.insert(options.end(), {"--out", out, "--threads", "1"});
  std::vector<char*> arguments;
  for (std::string& option : options) arguments.push_back(option.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  ::posix_spawn_file_actions_init(&quiet);
  for (int const file : {1, 2}) ::posix_spawn_file_actions_addopen(&quiet, file, "/dev/null", 1 /* O_WRONLY */, 0);
  pid_t child = 0;
  int const failed = ::posix_spawn(&child, program.path.c_str(), &quiet, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&quiet);
  REQUIRE(failed == 0);
  return child;
}

/// Exit status; -1 for a process that was killed.
int wait_for(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// The results without what a clock said.
json timeless(json value) {
  if (value.is_object()) {
    value.erase("seconds");
    for (auto& [key, inner] : value.items()) inner = timeless(inner);
  } else if (value.is_array()) {
    for (auto& inner : value) inner = timeless(inner);
  }
  return value;
}

json results(std::string const& out) { return timeless(json::parse(fixture::content_of(out + "/results.json"))); }

}  // namespace

TEST_CASE(
    "Experiments: make a report with all figures inside, and go on after they were killed with the same numbers "
    "[experiments]") {
  for (Program const& program : programs()) {
    CAPTURE(program.path);
    fixture::ScratchFolder const folder;
    std::string const whole = folder.file("whole"), killed = folder.file("killed");
    REQUIRE(wait_for(start(program, program.small, whole)) == 0);

    pid_t const child = start(program, program.small, killed);
    for (int i = 0; i < 6000 && !fs::exists(killed + "/runs/" + program.first_run + ".json"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ::kill(child, SIGKILL);
    CHECK(wait_for(child) == -1);
    CHECK_FALSE(fs::exists(killed + "/report.html"));
    auto const first = fs::last_write_time(killed + "/runs/" + program.first_run + ".json");
    REQUIRE(wait_for(start(program, program.small, killed)) == 0);
    CHECK(fs::last_write_time(killed + "/runs/" + program.first_run + ".json") == first);
    CHECK(results(killed) == results(whole));

    std::string const page = fixture::content_of(whole + "/report.html");
    for (std::string const& name : program.figures) {
      CAPTURE(name);
      CHECK(page.find(fixture::content_of(whole + "/figures/" + name + ".svg")) != page.npos);
    }
    for (char const* const outside : {"https:", "src=", "href=", "url(", "<script", "<link"})
      CHECK(page.find(outside) == page.npos);
    for (auto const& entry : fs::directory_iterator(whole + "/runs")) CHECK(entry.path().extension() != ".ckpt");
  }
}

TEST_CASE("Experiments: refuse settings that make no sense, and a folder of other settings [experiments]") {
  for (Program const& program : programs()) {
    CAPTURE(program.path);
    fixture::ScratchFolder const folder;
    std::string const out = folder.file("out");
    for (auto const& change : program.refused) {
      CHECK(wait_for(start(program, changed(program.small, change), folder.file("bad"))) > 0);
      CHECK_FALSE(fs::exists(folder.file("bad") + "/report.html"));
    }
    fs::create_directories(out);
    fixture::write_content(out + "/settings.json", "[[\"experiment\", \"another\"]]");
    CHECK(wait_for(start(program, program.small, out)) == 1);
    CHECK_FALSE(fs::exists(out + "/results.json"));
  }
}

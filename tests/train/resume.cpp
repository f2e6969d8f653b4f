// SPDX-License-Identifier: MIT

// A run that is killed at any moment goes on to the same bits as one that is left alone. The run is a child process:
// this executable itself, told by the environment what to do and when to die.

#include <tests/support/scratch_folder.hpp>
#include <tests/train/small_run.hpp>

#include <doctest/doctest.h>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr char const* child_variable = "TET_RESUME_CHILD";

/// When a child dies by its own hand. Numbers count from 1; 0 stands for never.
struct Death {
  int after_step = 0;         // of this process
  int in_write = 0;           // checkpoint of this process…
  int write_step = 0;         // …and the WriteStep in it
  int step_milliseconds = 0;  // makes steps slow, for deaths from outside
};

void run_child(fs::path const& folder, Death const& death) {
  small_run::Model model{tet::Seed{3}};
  tet::Adam optimizer{model, {.learning_rate = 1e-2}};
  int steps = 0, writes = 0;
  tet::FitOptions const options{.checkpoint = (folder / "run.ckpt").string(),
                                .checkpoint_every = 4,
                                .metrics = (folder / "metrics.csv").string(),
                                .checkpoint_observer =
                                    [&](tet::WriteStep step) {
                                      if (step == tet::WriteStep::before_write) ++writes;
                                      if (writes == death.in_write && int(step) == death.write_step)
                                        std::raise(SIGKILL);
                                    },
                                .after_step =
                                    [&](tet::RunPosition const&) {
                                      if (death.step_milliseconds > 0)
                                        std::this_thread::sleep_for(std::chrono::milliseconds(death.step_milliseconds));
                                      if (++steps == death.after_step) std::raise(SIGKILL);
                                    }};
  tet::FitResult const result = small_run::fit(model, optimizer, small_run::frames(), options);
  std::ofstream(folder / "steps") << result.first_step << ' ' << result.steps;
  std::vector<float> const all = small_run::everything(model, optimizer);
  std::ofstream(folder / "bits", std::ios::binary)
      .write(reinterpret_cast<char const*>(all.data()), std::streamsize(all.size() * 4));
}

pid_t spawn_child(fs::path const& folder, Death const& death) {
  std::ostringstream task;
  task << death.after_step << ' ' << death.in_write << ' ' << death.write_step << ' ' << death.step_milliseconds << ' '
       << folder.string();
  ::setenv(child_variable, task.str().c_str(), 1);
  std::string name = "--test-case=Fit: child of the resume tests*", quiet = "--minimal";
  char executable[] = "/proc/self/exe";
  char* arguments[] = {executable, name.data(), quiet.data(), nullptr};
  pid_t child = 0;
  int const error =
      ::posix_spawn(&child, fs::read_symlink("/proc/self/exe").c_str(), nullptr, nullptr, arguments, environ);
  ::unsetenv(child_variable);
  REQUIRE(error == 0);
  return child;
}

/// Waits for a child; the signal that killed it, or 0 for a clean end.
int signal_of(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) return WTERMSIG(status);
  CHECK(WEXITSTATUS(status) == 0);
  return 0;
}

std::string content(fs::path const& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Metrics without their last column, the seconds.
std::string without_seconds(std::string const& csv) {
  std::istringstream lines(csv);
  std::string text, line;
  while (std::getline(lines, line)) text += line.substr(0, line.rfind(',')) + "\n";
  return text;
}

std::string const& reference_bits(std::string* metrics = nullptr) {
  static fixture::ScratchFolder const folder;
  static std::string const bits = [] {
    CHECK(signal_of(spawn_child(folder.path(), {})) == 0);
    return content(fs::path(folder.path()) / "bits");
  }();
  if (metrics != nullptr) *metrics = without_seconds(content(fs::path(folder.path()) / "metrics.csv"));
  return bits;
}

std::uint64_t checkpoint_step(fs::path const& folder) {
  return tet::CheckpointReader::read((folder / "run.ckpt").string()).section<std::uint64_t>("position").at(3);
}

/// The killed run goes on from its last complete checkpoint and ends as the reference did.
void check_resumed(fs::path const& folder) {
  std::uint64_t const step = checkpoint_step(folder);
  CHECK(step > 0);
  CHECK(step < std::uint64_t(small_run::total_steps));
  CHECK_FALSE(fs::exists(folder / "bits"));
  CHECK(signal_of(spawn_child(folder, {})) == 0);
  std::uint64_t first = 0, executed = 0;
  std::istringstream(content(folder / "steps")) >> first >> executed;
  CHECK(first == step);
  CHECK(first + executed == std::uint64_t(small_run::total_steps));
  std::string metrics;
  CHECK(content(folder / "bits") == reference_bits(&metrics));
  CHECK(without_seconds(content(folder / "metrics.csv")) == metrics);
  CHECK_FALSE(fs::exists(folder / "run.ckpt.tmp"));
}

}  // namespace

TEST_CASE("Fit: child of the resume tests [resume]") {
  char const* const task = std::getenv(child_variable);
  if (task == nullptr) return;  // run as a test of its own there is nothing to do
  std::istringstream text(task);
  Death death;
  std::string folder;
  text >> death.after_step >> death.in_write >> death.write_step >> death.step_milliseconds >> folder;
  run_child(folder, death);
}

TEST_CASE(
    "Fit: a run killed before, in and after each step of writing a checkpoint resumes to the same bits [resume]") {
  for (int const write : {2, 3, 5}) {
    for (tet::WriteStep const step :
         {tet::WriteStep::before_write, tet::WriteStep::in_write, tet::WriteStep::after_write,
          tet::WriteStep::after_sync, tet::WriteStep::after_rename, tet::WriteStep::after_folder_sync}) {
      CAPTURE(write);
      CAPTURE(int(step));
      fixture::ScratchFolder const folder;
      CHECK(signal_of(spawn_child(folder.path(), {.in_write = write, .write_step = int(step)})) == SIGKILL);
      check_resumed(folder.path());
    }
  }
}

TEST_CASE("Fit: a run killed in the middle of an epoch resumes to the same bits [resume]") {
  for (int const step : {5, 9, 11, 14, 21, 23}) {
    CAPTURE(step);
    fixture::ScratchFolder const folder;
    CHECK(signal_of(spawn_child(folder.path(), {.after_step = step})) == SIGKILL);
    CHECK(checkpoint_step(folder.path()) <= std::uint64_t(step));
    check_resumed(folder.path());
  }
}

TEST_CASE("Fit: a run killed twice resumes to the same bits [resume]") {
  fixture::ScratchFolder const folder;
  CHECK(signal_of(spawn_child(folder.path(), {.after_step = 7})) == SIGKILL);
  CHECK(signal_of(spawn_child(folder.path(), {.after_step = 6})) == SIGKILL);
  CHECK(checkpoint_step(folder.path()) > 7);
  check_resumed(folder.path());
}

TEST_CASE("Fit: a run killed at ten random moments resumes to the same bits [resume]") {
  constexpr std::uint64_t seed = 20261124;
  tet::Random const random(tet::Seed{seed}, 0);
  std::uint64_t draw = 0;
  for (int moment = 0; moment < 10; ++moment) {
    CAPTURE(seed);
    CAPTURE(moment);
    fixture::ScratchFolder const folder;
    // Slow steps leave room for the kill; on a busy machine the child can still be faster than this process, then
    // again.
    int killed_by = 0;
    for (int attempt = 0; attempt < 10 && killed_by == 0; ++attempt) {
      for (auto const& entry : fs::directory_iterator(folder.path())) fs::remove_all(entry.path());
      pid_t const child = spawn_child(folder.path(), {.step_milliseconds = 15});
      while (!fs::exists(fs::path(folder.path()) / "run.ckpt"))
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      std::this_thread::sleep_for(std::chrono::microseconds(random.below(draw++, 200'000)));
      ::kill(child, SIGKILL);
      killed_by = signal_of(child);
    }
    CHECK(killed_by == SIGKILL);
    check_resumed(folder.path());
  }
}

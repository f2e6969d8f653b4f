// SPDX-License-Identifier: MIT
#pragma once

// Runs an example's program as a user does.

#include <tests/support/scratch_folder.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace fixture {

struct Ended {
  int status = 0;    ///< of exit; -1 where it was killed
  std::string text;  ///< of both output streams
};

/// Waits for a program's end; kills it as soon as `enough` says so, which is asked every millisecond.
inline Ended run_program(std::string const& path, std::vector<std::string> arguments,
                         std::function<bool()> const& enough = {}) {
  ScratchFolder const scratch;
  std::string const output = scratch.file("output");
  arguments.insert(arguments.begin(), path);
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  REQUIRE(::posix_spawn_file_actions_init(&actions) == 0);
  REQUIRE(::posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_CREAT | O_WRONLY, 0600) == 0);
  REQUIRE(::posix_spawn_file_actions_adddup2(&actions, 1, 2) == 0);
  pid_t child = 0;
  int const error = ::posix_spawn(&child, path.c_str(), &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  REQUIRE(error == 0);
  int status = 0;
  while (true) {
    pid_t const ended = ::waitpid(child, &status, enough ? WNOHANG : 0);
    REQUIRE(ended >= 0);
    if (ended == child) break;
    if (enough()) ::kill(child, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content_of(output)};
}

}  // namespace fixture

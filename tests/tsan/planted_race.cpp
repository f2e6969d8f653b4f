// SPDX-License-Identifier: MIT
#include <tests/support/thread_loops.hpp>
#include <tet/backend/cpu/cpu.hpp>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

// The net under the other tests: a race in a loop body is reported. It runs in a child process, whose report is what is
// expected.

using namespace tet;

TEST_CASE("planted race: all tasks add to one variable" * doctest::skip()) {
  BasicCpu<test::ThreadLoops> exec(2);
  Index sum = 0;
  for (int repeat = 0; repeat < 100; ++repeat) exec.parallel_for(1000, [&](Index task, Index) { sum += task; });
  MESSAGE("sum " << sum);
}

TEST_CASE("ThreadSanitizer: a planted race in a loop body is reported [tsan]") {
  std::string const self = "/proc/self/exe";
  std::array<char, 4096> path{};
  auto const length = ::readlink(self.c_str(), path.data(), path.size() - 1);
  REQUIRE(length > 0);
  std::string const command = "env -u TET_TEST_FROM_CTEST TSAN_OPTIONS=exitcode=66 '" + std::string(path.data()) +
                              "' --no-skip '--test-case=planted race*' 2>&1";
  std::FILE* const child = ::popen(command.c_str(), "r");
  REQUIRE(child != nullptr);
  std::string text;
  for (std::array<char, 4096> part{}; std::fgets(part.data(), int(part.size()), child) != nullptr;) text += part.data();
  int const status = ::pclose(child);
  CAPTURE(text);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 66);  // ThreadSanitizer's own exit code
  CHECK(text.find("ThreadSanitizer: data race") != std::string::npos);
  CHECK(text.find("planted_race.cpp") != std::string::npos);
}

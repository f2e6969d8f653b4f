// SPDX-License-Identifier: MIT
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace support {

/// What a program wrote, on both of its streams, and how it ended.
struct Process {
  int status;
  std::string output;
};

/// Runs a program with one thread of tet's and waits for its end. Arguments hold no quotation marks.
inline Process run(std::string const& program, std::vector<std::string> const& arguments) {
  std::string command = "TET_NUM_THREADS=1 '" + program + "'";
  for (std::string const& argument : arguments) command += " '" + argument + "'";
  std::FILE* const pipe = ::popen((command + " 2>&1 < /dev/null").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  Process result{};
  char part[4096];
  while (std::size_t const n = std::fread(part, 1, sizeof part, pipe)) result.output.append(part, n);
  int const status = ::pclose(pipe);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

}  // namespace support

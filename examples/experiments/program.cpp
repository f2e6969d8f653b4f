// SPDX-License-Identifier: MIT
#include "program.hpp"

#include <tet/core/threads.hpp>

#include <cstdio>
#include <exception>

namespace experiments {

int run_program(CommandLine& line, int argc, char const* const* argv, std::function<void(Options const&)> const& work) {
  try {
    int status = 0;
    if (!line.parse(argc, argv, status)) return status;
    if (line.options().threads > 0) tet::set_threads(line.options().threads);
    work(line.options());
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s: %s\n", line.program().c_str(), error.what());
    return 1;
  }
}

}  // namespace experiments

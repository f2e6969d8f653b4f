// SPDX-License-Identifier: MIT
#pragma once

#include "command_line.hpp"

#include <functional>

namespace experiments {

/// The program of an experiment, whose own options stand in `line`: reads the command line, sets the threads, and calls
/// `work`. What `work` throws is told on stderr. Returns the exit status.
int run_program(CommandLine& line, int argc, char const* const* argv, std::function<void(Options const&)> const& work);

}  // namespace experiments

// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>

/// Parses the command line into what `app` was told of. Returns false when there is nothing to run; `status` is then the
/// exit status.
inline bool parse(CLI::App& app, int argc, char const* const* argv, int& status) {
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    status = app.exit(error);
    return false;
  }
  return true;
}

// SPDX-License-Identifier: MIT
#pragma once

#include "options.hpp"

#include <memory>
#include <string>
#include <vector>

namespace experiments {

/// The options of one experiment: those that all have, and its own.
class CommandLine {
 public:
  /// Adds the common options. `folder` is where results go if nothing else is said.
  CommandLine(std::string program, std::string const& description, std::string const& folder);
  ~CommandLine();

  // An option of this experiment, with the value that `value` has as its default; it becomes part of the settings.
  // `name` is as CLI11 takes it: "--points".
  void add(std::string const& name, long& value, std::string const& help, long least, long most);
  void add(std::string const& name, double& value, std::string const& help, double least, double most);
  void add(std::string const& name, std::string& value, std::string const& help, std::vector<std::string> allowed);

  /// Returns false when there is nothing to run; `status` is then the exit status.
  bool parse(int argc, char const* const* argv, int& status);

  Options const& options() const { return options_; }

  /// All that decides the numbers of one run. How many seeds, where results go and the threads do not.
  Settings settings() const;

  /// The command as it can be typed again.
  std::string const& command() const { return command_; }
  std::string const& program() const { return program_; }

 private:
  struct Parser;

  std::string program_;
  std::string command_;
  Options options_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace experiments

// SPDX-License-Identifier: MIT
#pragma once

#include "networks.hpp"

#include <span>
#include <string>

namespace recipes {

enum class Action { run, print, help };

struct CommandLine {
  Recipe recipe;
  Action action = Action::run;
  Start start = Start::anew;
};

/// --recipe FILE, --print, --resume, --help, and --field value (or --field=value, and - for _) for each field of a
/// recipe, which overrides the file wherever it stands.
/// Throws: RecipeError for anything else, naming what is nearest; and as read_recipe and check do.
CommandLine parse_command_line(std::span<char const* const> arguments);

std::string help_text();

}  // namespace recipes

// SPDX-License-Identifier: MIT

// Trains a network as a recipe file says: recipes/ has one for each row of the paper's tables. See --help.

#include <examples/recipes/command_line.hpp>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) try {
  auto const line = recipes::parse_command_line({argv + 1, std::size_t(argc - 1)});
  switch (line.action) {
    case recipes::Action::help:
      std::fputs(recipes::help_text().c_str(), stdout);
      break;
    case recipes::Action::print:
      std::fputs(recipes::recipe_text(line.recipe).c_str(), stdout);
      break;
    case recipes::Action::run:
      recipes::run(line.recipe, line.start);
      break;
  }
} catch (std::exception const& error) {
  std::fprintf(stderr, "train: %s\n", error.what());
  return 1;
}

// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace recipes {

CommandLine parse_command_line(std::span<char const* const> arguments) {
  std::vector<std::string> known = {"recipe", "print", "resume", "help"};
  for (FieldText const& field : fields_of({})) known.push_back(field.name);
  CommandLine result;
  std::string recipe;
  std::vector<std::pair<std::string, std::string>> changes;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string const argument = arguments[i];
    if (!argument.starts_with("--"))
      throw RecipeError("command line: got \"" + argument + "\", expected an option that begins with --");
    std::size_t const equals = argument.find('=');
    std::string name = argument.substr(2, equals == argument.npos ? equals : equals - 2);
    std::replace(name.begin(), name.end(), '-', '_');
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw RecipeError("command line: no option or field is named \"" + name + "\"; did you mean \"" +
                        nearest(name, known) + "\"?");
    if (name == "print" || name == "resume" || name == "help") {
      if (equals != argument.npos) throw RecipeError("command line: --" + name + " takes no value");
      if (name == "resume") result.start = Start::resumed;
      else if (name == "help" || result.action == Action::run)
        result.action = name == "help" ? Action::help : Action::print;
      continue;
    }
    if (equals == argument.npos && i + 1 == arguments.size())
      throw RecipeError("command line: --" + name + " has no value");
    std::string const value = equals == argument.npos ? arguments[++i] : argument.substr(equals + 1);
    if (name == "recipe") recipe = value;
    else changes.emplace_back(name, value);
  }
  if (result.action == Action::help) return result;
  if (!recipe.empty()) result.recipe = read_recipe(recipe);
  for (auto const& [name, value] : changes) set_field(result.recipe, name, value, "command line");
  check(result.recipe);
  return result;
}

std::string help_text() {
  std::string text =
      "train --recipe FILE [--resume] [--print] [--FIELD VALUE ...]\n\n"
      "Trains a spiking network as a recipe says, with checkpoints, metrics and weights in one output folder.\n"
      "  --recipe FILE   lines of field = value; what it leaves out has the default below\n"
      "  --resume        goes on from the checkpoint in the output folder, where there is one\n"
      "  --print         shows the recipe with all overrides, and ends\n\nFields, their defaults, and what they "
      "take:\n";
  for (FieldText const& field : fields_of({})) {
    std::string line = "  --" + field.name + " " + field.value;
    line.resize(std::max<std::size_t>(line.size() + 1, 34), ' ');
    text += line + field.allowed + "\n";
  }
  return text;
}

}  // namespace recipes

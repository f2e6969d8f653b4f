// SPDX-License-Identifier: MIT
#include "networks.hpp"

#include "neuron.hpp"

#include <tet/core/atomic_file.hpp>
#include <tet/core/file_bytes.hpp>
#include <tet/core/threads.hpp>

#include <filesystem>
#include <span>

namespace recipes {

std::vector<NetworkEntry> const& networks() {
  static std::vector<NetworkEntry> const all = {
      {"digits", {"digits"}, train_digits},
      {"cifar_small", {"cifar10", "cifar100"}, train_cifar_small},
      {"resnet19", {"cifar10", "cifar100"}, train_resnet19},
      {"vgg_snn", {"dvs_cifar10"}, train_vgg_snn},
      {"sew_resnet34", {"imagenet"}, train_sew_resnet34},
      {"spiking_resnet34", {"imagenet"}, train_spiking_resnet34},
  };
  return all;
}

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  for (NetworkEntry const& entry : networks()) names.push_back(entry.name);
  return names;
}

namespace {

NetworkEntry const& entry_of(std::string const& network) {
  for (NetworkEntry const& entry : networks())
    if (entry.name == network) return entry;
  throw RecipeError("recipe: no network is named " + network);
}

/// Fields that may differ from the run that is resumed: they change neither its steps nor its result.
bool changes_nothing(std::string const& field) {
  return field == "output" || field == "data" || field == "threads" || field == "checkpoint_every" ||
         field == "tensorboard";
}

/// Throws: RecipeError where the recipe of the run in the folder is another one.
void check_same_run(Recipe const& recipe, std::string const& path) {
  auto const before = fields_of(read_recipe(path)), now = fields_of(recipe);
  for (std::size_t i = 0; i < now.size(); ++i)
    if (before[i].value != now[i].value && !changes_nothing(now[i].name))
      throw RecipeError(path + ": the run to be resumed has " + before[i].name + " = " + before[i].value + ", got " +
                        now[i].value);
}

}  // namespace

std::vector<std::string> const& datasets_of(std::string const& network) { return entry_of(network).datasets; }

double compiled_tau() { return double(neuron_config.tau); }
double compiled_threshold() { return double(neuron_config.threshold); }

void run(Recipe const& recipe, Start start) {
  check(recipe);
  if (recipe.threads > 0) tet::set_threads(int(recipe.threads));
  Data const data = load_data(recipe);
  std::string const file = (std::filesystem::path(recipe.output) / "recipe.ini").string();
  if (start == Start::resumed && tet::file_exists(file)) check_same_run(recipe, file);
  std::filesystem::create_directories(recipe.output);
  std::string const text = recipe_text(recipe);
  tet::write_atomically(file, std::as_bytes(std::span(text)));
  entry_of(recipe.network).train(recipe, data, start);
}

}  // namespace recipes

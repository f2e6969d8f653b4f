// SPDX-License-Identifier: MIT
#pragma once

#include "recipe.hpp"

#include <tet/data/any_dataset.hpp>

#include <string>
#include <vector>

namespace recipes {

struct Data {
  tet::data::AnyDataset train, test;
};

/// Whether a run may go on from the checkpoint in its output folder.
enum class Start { anew, resumed };

// Each network is compiled once, in a translation unit of its own, for all data sets that it takes.
void train_digits(Recipe const& recipe, Data const& data, Start start);
void train_cifar_small(Recipe const& recipe, Data const& data, Start start);
void train_resnet19(Recipe const& recipe, Data const& data, Start start);
void train_sew_resnet34(Recipe const& recipe, Data const& data, Start start);
void train_spiking_resnet34(Recipe const& recipe, Data const& data, Start start);
void train_vgg_snn(Recipe const& recipe, Data const& data, Start start);

/// What this program can train.
struct NetworkEntry {
  std::string name;
  std::vector<std::string> datasets;
  void (*train)(Recipe const&, Data const&, Start);
};
std::vector<NetworkEntry> const& networks();
std::vector<std::string> network_names();
std::vector<std::string> const& datasets_of(std::string const& network);

/// Of the neurons of all networks here.
double compiled_tau();
double compiled_threshold();

/// The data set of a recipe; training samples are augmented as it says.
/// Throws: tet::IoError for files that are missing or damaged; RecipeError for more samples than there are.
Data load_data(Recipe const& recipe);

/// Runs a recipe: trains, and leaves recipe.ini, metrics.csv, run.ckpt and weights.safetensors in its output folder.
/// Throws: RecipeError where the folder's run, to be resumed, has another recipe; and as tet::fit does.
void run(Recipe const& recipe, Start start);

}  // namespace recipes

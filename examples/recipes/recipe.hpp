// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace recipes {

/// What a training run does. Each member is a field of recipe files, and an option of the command line.
struct Recipe {
  std::string network = "digits";
  std::string dataset = "digits";
  std::string data;  ///< folder of the data set; the digits are embedded in the project
  double tau = 0.5;
  double threshold = 1;

  std::vector<long> timesteps{4};  ///< of each stage: more than one is Time Inheritance Training
  std::vector<long> epochs{10};    ///< of each stage
  long reestimate_batches = 0;     ///< BatchNorm's statistics at a later stage's T, from so many batches; 0: inherited

  std::string loss = "tet";
  double lambda = 0.05;
  double phi = 1;
  double label_smoothing = 0;

  std::string optimizer = "adam";
  double learning_rate = 1e-3;
  double weight_decay = 0;
  double momentum = 0.9;  ///< of sgd
  std::string schedule = "cosine";
  double final_learning_rate = 0;
  long batch_size = 128;
  std::uint64_t seed = 1;

  long crop_padding = 0;
  bool flip = false;
  long roll = 0;  ///< of recorded frames
  std::string policy = "none";
  long cutout = 0;
  double mixup = 0;
  double cutmix = 0;
  double mix_probability = 1;

  long train_samples = 0;  ///< the first so many; 0: all
  long test_samples = 0;
  bool tensorboard = false;          ///< event files in the folder `tensorboard` of the output
  std::string output = "train-run";  ///< folder
  long checkpoint_every = 0;         ///< steps; 0: each epoch only
  long threads = 0;                  ///< 0: TET_NUM_THREADS, or all cores
};

/// A recipe that cannot be used: names the file and line, or the option, and what was expected.
class RecipeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One field as help and files show it.
struct FieldText {
  std::string name, value, allowed;
};

/// All fields in order, with a recipe's values.
std::vector<FieldText> fields_of(Recipe const& recipe);

/// Sets one field. Throws: RecipeError, beginning with `where`, for a name that is no field (it names the nearest one),
/// and for a value of another type or out of range.
void set_field(Recipe& recipe, std::string const& name, std::string const& value, std::string const& where);

/// A file of lines `field = value`; `#` begins a remark. What it leaves out has its default.
/// Throws: RecipeError naming file and line, also for a field that stands there twice.
Recipe read_recipe(std::string const& path);

/// The recipe as a file that read_recipe takes, every field written out.
std::string recipe_text(Recipe const& recipe);

/// Throws: RecipeError for fields that do not go together.
void check(Recipe const& recipe);

/// The member of `known` that takes the fewest changes of one character to become `name`.
std::string nearest(std::string const& name, std::vector<std::string> const& known);

}  // namespace recipes

// SPDX-License-Identifier: MIT
#include "recipe.hpp"

#include "networks.hpp"

#include <tet/core/file_bytes.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <set>
#include <string_view>

namespace recipes {
namespace {

/// How a field is read and written. `set` returns whether the text was such a value.
struct Field {
  std::string name, allowed;
  std::function<bool(Recipe&, std::string const&)> set;
  std::function<std::string(Recipe const&)> get;
};

template <class Number>
bool parse(std::string_view text, Number& value) {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

std::string shortest(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string listed(std::vector<std::string> const& names) {
  std::string text;
  for (std::string const& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Field choice(char const* name, std::string Recipe::*member, std::vector<std::string> names) {
  return {name, listed(names),
          [=](Recipe& r, std::string const& text) {
            r.*member = text;
            return std::find(names.begin(), names.end(), text) != names.end();
          },
          [=](Recipe const& r) { return r.*member; }};
}

Field words(char const* name, std::string Recipe::*member, char const* allowed, bool may_be_empty) {
  return {name, allowed,
          [=](Recipe& r, std::string const& text) {
            r.*member = text;
            return (may_be_empty || !text.empty()) && text.find_first_of("#\n") == text.npos;
          },
          [=](Recipe const& r) { return r.*member; }};
}

Field real(char const* name, double Recipe::*member, double least, double most) {
  return {name, "a number from " + shortest(least) + " to " + shortest(most),
          [=](Recipe& r, std::string const& text) {
            return parse(text, r.*member) && r.*member >= least && r.*member <= most;
          },
          [=](Recipe const& r) { return shortest(r.*member); }};
}

template <class Whole>
Field whole(char const* name, Whole Recipe::*member, long least, long most) {
  return {name, "a whole number from " + std::to_string(least) + " to " + std::to_string(most),
          [=](Recipe& r, std::string const& text) {
            return parse(text, r.*member) && r.*member >= Whole(least) && r.*member <= Whole(most);
          },
          [=](Recipe const& r) { return std::to_string(r.*member); }};
}

Field flag(char const* name, bool Recipe::*member) {
  return {name, "yes or no",
          [=](Recipe& r, std::string const& text) {
            r.*member = text == "yes";
            return text == "yes" || text == "no";
          },
          [=](Recipe const& r) { return r.*member ? "yes" : "no"; }};
}

std::string trimmed(std::string_view text) {
  std::size_t const begin = text.find_first_not_of(" \t\r");
  if (begin == text.npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1));
}

Field list(char const* name, std::vector<long> Recipe::*member, long least, long most) {
  return {name,
          "whole numbers from " + std::to_string(least) + " to " + std::to_string(most) + ", one for each stage: 2, 4",
          [=](Recipe& r, std::string const& text) {
            std::vector<long> values;
            for (std::size_t at = 0; at <= text.size();) {
              std::size_t const comma = std::min(text.find(',', at), text.size());
              long value = 0;
              if (!parse(trimmed(std::string_view(text).substr(at, comma - at)), value)) return false;
              if (value < least || value > most) return false;
              values.push_back(value);
              at = comma + 1;
            }
            r.*member = values;
            return true;
          },
          [=](Recipe const& r) {
            std::string text;
            for (long const value : r.*member) text += (text.empty() ? "" : ", ") + std::to_string(value);
            return text;
          }};
}

std::vector<Field> const& fields() {
  static std::vector<Field> const all = {
      choice("network", &Recipe::network, network_names()),
      choice("dataset", &Recipe::dataset, {"digits", "cifar10", "cifar100", "dvs_cifar10", "imagenet"}),
      words("data", &Recipe::data, "a folder", true),
      real("tau", &Recipe::tau, 0, 1),
      real("threshold", &Recipe::threshold, 1e-6, 1e6),
      list("timesteps", &Recipe::timesteps, 1, 1000),
      list("epochs", &Recipe::epochs, 1, 100000),
      whole("reestimate_batches", &Recipe::reestimate_batches, 0, 100000),
      choice("loss", &Recipe::loss, {"sdt", "tet"}),
      real("lambda", &Recipe::lambda, 0, 1),
      real("phi", &Recipe::phi, -1e6, 1e6),
      real("label_smoothing", &Recipe::label_smoothing, 0, 1),
      choice("optimizer", &Recipe::optimizer, {"adam", "adamw", "sgd"}),
      real("learning_rate", &Recipe::learning_rate, 1e-12, 1e3),
      real("weight_decay", &Recipe::weight_decay, 0, 10),
      real("momentum", &Recipe::momentum, 0, 0.999999),
      choice("schedule", &Recipe::schedule, {"cosine", "constant"}),
      real("final_learning_rate", &Recipe::final_learning_rate, 0, 1e3),
      whole("batch_size", &Recipe::batch_size, 1, 100000),
      whole("seed", &Recipe::seed, 0, 0x7fffffffffffffffL),
      whole("crop_padding", &Recipe::crop_padding, 0, 64),
      flag("flip", &Recipe::flip),
      whole("roll", &Recipe::roll, 0, 47),
      choice("policy", &Recipe::policy, {"none", "cifar10"}),
      whole("cutout", &Recipe::cutout, 0, 1024),
      real("mixup", &Recipe::mixup, 0, 4),
      real("cutmix", &Recipe::cutmix, 0, 4),
      real("mix_probability", &Recipe::mix_probability, 0, 1),
      whole("train_samples", &Recipe::train_samples, 0, 1000000000),
      whole("test_samples", &Recipe::test_samples, 0, 1000000000),
      flag("tensorboard", &Recipe::tensorboard),
      words("output", &Recipe::output, "a folder", false),
      whole("checkpoint_every", &Recipe::checkpoint_every, 0, 1000000000),
      whole("threads", &Recipe::threads, 0, 1024),
  };
  return all;
}

}  // namespace

std::string nearest(std::string const& name, std::vector<std::string> const& known) {
  std::string best;
  std::size_t fewest = std::string::npos;
  for (std::string const& candidate : known) {
    std::vector<std::size_t> row(candidate.size() + 1);  // changes from the first i characters of name
    for (std::size_t k = 0; k < row.size(); ++k) row[k] = k;
    for (std::size_t i = 0; i < name.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i + 1;
      for (std::size_t k = 0; k < candidate.size(); ++k) {
        std::size_t const replaced = diagonal + (name[i] == candidate[k] ? 0 : 1);
        diagonal = row[k + 1];
        row[k + 1] = std::min({replaced, diagonal + 1, row[k] + 1});
      }
    }
    if (row.back() < fewest) fewest = row.back(), best = candidate;
  }
  return best;
}

std::vector<FieldText> fields_of(Recipe const& recipe) {
  std::vector<FieldText> texts;
  for (Field const& field : fields()) texts.push_back({field.name, field.get(recipe), field.allowed});
  return texts;
}

void set_field(Recipe& recipe, std::string const& name, std::string const& value, std::string const& where) {
  std::vector<std::string> names;
  for (Field const& field : fields()) {
    names.push_back(field.name);
    if (field.name != name) continue;
    Recipe changed = recipe;
    if (!field.set(changed, value))
      throw RecipeError(where + ": " + name + ": got \"" + value + "\", expected " + field.allowed);
    recipe = changed;
    return;
  }
  throw RecipeError(where + ": no field is named \"" + name + "\"; did you mean \"" + nearest(name, names) + "\"?");
}

Recipe read_recipe(std::string const& path) {
  auto const bytes = tet::read_file_bytes(path);
  std::string_view text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
  Recipe recipe;
  std::set<std::string> seen;
  for (int number = 1; !text.empty(); ++number) {
    std::size_t const end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find('#'));
    std::string const whole_line = trimmed(line), where = path + ":" + std::to_string(number);
    if (whole_line.empty()) continue;
    std::size_t const equals = line.find('=');
    if (equals == line.npos) throw RecipeError(where + ": got \"" + whole_line + "\", expected field = value");
    std::string const name = trimmed(line.substr(0, equals));
    set_field(recipe, name, trimmed(line.substr(equals + 1)), where);
    if (!seen.insert(name).second) throw RecipeError(where + ": " + name + " stands here a second time");
  }
  return recipe;
}

std::string recipe_text(Recipe const& recipe) {
  std::string text;
  for (FieldText const& field : fields_of(recipe)) text += field.name + " = " + field.value + "\n";
  return text;
}

void check(Recipe const& r) {
  auto const refuse = [](std::string const& text) { throw RecipeError("recipe: " + text); };
  if (r.timesteps.size() != r.epochs.size())
    refuse("timesteps has " + std::to_string(r.timesteps.size()) + " stages and epochs " +
           std::to_string(r.epochs.size()) + ", expected as many of both");
  for (std::size_t i = 1; i < r.timesteps.size(); ++i)
    if (r.timesteps[i] <= r.timesteps[i - 1]) refuse("timesteps: expected numbers that grow from stage to stage");
  if (r.reestimate_batches > 0 && r.timesteps.size() == 1)
    refuse("reestimate_batches belongs to a second stage, and timesteps has one only");
  auto const compiled = [&](char const* name, double got, double have, char const* definition) {
    if (float(got) != float(have))
      refuse(std::string(name) + ": got " + shortest(got) + ", expected " + shortest(have) +
             ", which the networks of this program are compiled with; another build may say -D" + definition);
  };
  compiled("tau", r.tau, compiled_tau(), "TET_TRAIN_TAU");
  compiled("threshold", r.threshold, compiled_threshold(), "TET_TRAIN_THRESHOLD");
  if (r.final_learning_rate > r.learning_rate) refuse("final_learning_rate is above learning_rate");
  auto const& sets = datasets_of(r.network);
  if (std::find(sets.begin(), sets.end(), r.dataset) == sets.end())
    refuse("network " + r.network + " does not fit dataset " + r.dataset + ", expected dataset = " + listed(sets));
  bool const images = r.dataset == "cifar10" || r.dataset == "cifar100";
  if (r.dataset == "imagenet") {
    if (r.crop_padding > 0 || r.flip || r.cutout > 0 || r.policy != "none")
      refuse(
          "crop_padding, flip, cutout and policy are for CIFAR; dataset imagenet has its own random crops and flips");
  } else if (!images && (r.crop_padding > 0 || r.cutout > 0 || r.policy != "none")) {
    refuse("crop_padding, cutout and policy change images; dataset " + r.dataset + " has event frames");
  }
  if (r.dataset == "digits" && r.flip) refuse("flip makes other digits of digits");
  if (r.dataset != "dvs_cifar10" && r.roll > 0) refuse("roll shifts the frames of dataset dvs_cifar10");
  if (r.dataset == "digits" && r.mixup > 0)
    refuse("mixup makes values between 0 and 1, and the input of network digits takes spikes; cutmix keeps them");
  if (r.dataset != "digits" && r.data.empty()) refuse("data: expected the folder of dataset " + r.dataset);
}

}  // namespace recipes

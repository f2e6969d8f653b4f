// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include "problem_defaults.hpp"

#include <examples/parse.hpp>

#include <functional>
#include <utility>

namespace experiments {

struct CommandLine::Parser {
  CLI::App app;
  std::vector<std::pair<std::string, std::function<std::string()>>> settings;

  void decides(std::string name, std::function<std::string()> value) {
    name.erase(0, name.find_first_not_of('-'));
    settings.emplace_back(std::move(name), std::move(value));
  }
};

namespace {

/// The shortest text that reads back as the same number.
std::string text(double value) {
  char room[40];
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(room, sizeof room, "%.*g", digits, value);
    if (std::strtod(room, nullptr) == value) break;
  }
  return room;
}

std::string shell_word(std::string const& word) {
  static constexpr char const* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (!word.empty() && word.find_first_not_of(plain) == word.npos) return word;
  std::string quoted = "'";
  for (char const c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

CommandLine::CommandLine(std::string program, std::string const& description, std::string const& folder)
    : program_(std::move(program)), parser_(std::make_unique<Parser>()) {
  options_.out = folder;
  Options& o = options_;
  CLI::App& app = parser_->app;
  app.description(description);
  app.name(program_);
  app.option_defaults()->always_capture_default();
  app.add_option("--dataset", o.dataset, "digits need no files; cifar10 reads --data")
      ->check(CLI::IsMember({"digits", "cifar10"}));
  app.add_option("--data", o.data, "folder with data_batch_1.bin … test_batch.bin of CIFAR-10");
  app.add_option("--out", o.out, "folder of results; a run that was interrupted goes on from what is there");
  app.add_option("--seeds", o.seeds, "runs of each kind; results are their mean and standard deviation")
      ->check(CLI::Range(1L, 1000L));
  app.add_option("--threads", o.threads, "0: TET_NUM_THREADS, or all cores")->check(CLI::Range(0, 4096));
  parser_->decides("dataset", [&o] { return o.dataset; });
  add("--epochs", o.epochs, "of one training; 0: what suits the data set", 0, 100000);
  add("--timesteps", o.timesteps, "of training; 0: what suits the data set", 0, 1000);
  add("--batch", o.batch, "samples of a training step; 0: what suits the data set", 0, 100000);
  add("--learning-rate", o.learning_rate, "where the cosine schedule begins", 1e-12, 1e6);
  add("--lambda", o.lambda, "weight of TET's regulariser", 0, 1);
  add("--train-samples", o.train_samples, "the first of the training set; 0: all", 0, 1000000000);
  add("--test-samples", o.test_samples, "the first of the test set; 0: all", 0, 1000000000);
}

CommandLine::~CommandLine() = default;

void CommandLine::add(std::string const& name, long& value, std::string const& help, long least, long most) {
  parser_->app.add_option(name, value, help)->check(CLI::Range(least, most));
  parser_->decides(name, [&value] { return std::to_string(value); });
}

void CommandLine::add(std::string const& name, double& value, std::string const& help, double least, double most) {
  parser_->app.add_option(name, value, help)->check(CLI::Range(least, most));
  parser_->decides(name, [&value] { return text(value); });
}

void CommandLine::add(std::string const& name, std::string& value, std::string const& help,
                      std::vector<std::string> allowed) {
  parser_->app.add_option(name, value, help)->check(CLI::IsMember(std::move(allowed)));
  parser_->decides(name, [&value] { return value; });
}

bool CommandLine::parse(int argc, char const* const* argv, int& status) {
  if (!::parse(parser_->app, argc, argv, status)) return false;
  command_ = program_;
  for (int i = 1; i < argc; ++i) command_ += " " + shell_word(argv[i]);
  Defaults const& defaults = options_.dataset == "digits" ? digits_defaults : cifar10_defaults;
  if (options_.epochs == 0) options_.epochs = defaults.epochs;
  if (options_.timesteps == 0) options_.timesteps = defaults.timesteps;
  if (options_.batch == 0) options_.batch = defaults.batch;
  status = 0;
  return true;
}

Settings CommandLine::settings() const {
  Settings result;
  for (auto const& [name, value] : parser_->settings) result.emplace_back(name, value());
  return result;
}

}  // namespace experiments

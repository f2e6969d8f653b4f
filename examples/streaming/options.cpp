// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <examples/parse.hpp>

bool parse(int argc, char** argv, Options& o, int& status) {
  CLI::App app{"Classifies recordings of an event camera as their events arrive, and stops when it is sure enough"};
  app.option_defaults()->always_capture_default();
  auto* const recording = app.add_option("recording", o.recording, "N-MNIST .bin file");
  auto* const data =
      app.add_option("--data", o.data, "folder 0 … 9/*.bin, N-MNIST/Test for example: all its recordings");
  recording->excludes(data);
  app.add_option("--weights", o.weights, "safetensors file that nmnist wrote");
  app.add_option("--confidence", o.confidence, "probability of a class at which it is chosen; above 1: never early")
      ->check(CLI::Range(0.0, 2.0));
  app.add_option("--duration", o.duration, "of a timestep, in microseconds, as in training")
      ->check(CLI::Range(1L, 10000000L));
  app.add_option("-T,--timesteps", o.most_timesteps, "after which the best class is chosen, sure or not")
      ->check(CLI::Range(1L, 1000L));
  app.callback([&o] {
    if (o.recording.empty() && o.data.empty()) throw CLI::RequiredError("a recording, or --data with a folder of them");
  });
  return parse(app, argc, argv, status);
}

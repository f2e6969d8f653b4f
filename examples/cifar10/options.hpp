// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

/// What the command line of this example chooses.
struct Options {
  std::string backend = "cpu";
  std::string data = "cifar-10-batches-bin";
  std::string network = "cifar_small";
  std::string loss = "tet";
  double lambda = 0.05;
  long timesteps = 4;
  long epochs = 10;
  long batch = 64;
  double learning_rate = 1e-3;
  std::uint64_t seed = 1;
  bool augment = true;
  bool resume = false;
  long checkpoint_every = 0;
  std::string output = "cifar10-run";
  std::string weights;
  int threads = 0;
};

/// Parses the command line. Returns false when there is nothing to run; `status` is then the exit status.
bool parse(int argc, char** argv, Options& options, int& status);

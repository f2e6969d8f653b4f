// SPDX-License-Identifier: MIT
#pragma once

#include "network.hpp"

#include <cstdint>
#include <string>

/// What the command line of this example chooses.
struct Options {
  std::string data = "N-MNIST";
  std::string loss = "both";
  double lambda = 0.05;
  long timesteps = nmnist::timesteps.value;
  long duration = nmnist::frame_duration;
  long epochs = 15;
  long batch = 32;
  double learning_rate = 1e-3;
  long seeds = 1;
  std::uint64_t first_seed = 1;
  bool resume = false;
  std::string output = "nmnist-run";
  int threads = 0;
};

/// Parses the command line. Returns false when there is nothing to run; `status` is then the exit status.
bool parse(int argc, char** argv, Options& options, int& status);

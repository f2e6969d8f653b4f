// SPDX-License-Identifier: MIT
#pragma once

#include "../nmnist/network.hpp"

#include <string>

/// What the command line of this example chooses.
struct Options {
  std::string recording;  // one file…
  std::string data;       // …or a folder of classes
  std::string weights = "nmnist-run/tet-1.safetensors";
  double confidence = 0.7;
  long duration = nmnist::frame_duration;
  long most_timesteps = nmnist::timesteps.value;
};

/// Parses the command line. Returns false when there is nothing to run; `status` is then the exit status.
bool parse(int argc, char** argv, Options& options, int& status);

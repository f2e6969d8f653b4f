// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace experiments {

/// What all experiments let their user choose. 0 stands for what suits the data set, until the command line is parsed.
struct Options {
  std::string dataset = "digits";             ///< digits, or cifar10
  std::string data = "cifar-10-batches-bin";  ///< folder of CIFAR-10
  std::string out;                            ///< folder of results
  long seeds = 3;                             ///< 1, 2, …
  long epochs = 0;
  long timesteps = 0;
  long batch = 0;
  double learning_rate = 1e-3;  ///< where the cosine schedule begins
  double lambda = 0.05;         ///< weight of TET's regulariser
  long train_samples = 0;       ///< the first of the data set
  long test_samples = 0;
  int threads = 0;
};

/// Names and values, in the order in which they are shown.
using Settings = std::vector<std::pair<std::string, std::string>>;

}  // namespace experiments

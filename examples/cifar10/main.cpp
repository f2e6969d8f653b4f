// SPDX-License-Identifier: MIT

// Trains a network of the zoo on CIFAR-10 with SDT or TET, with checkpoints, metrics and weights in one output folder.

#include "run.hpp"

#include <exception>

int main(int argc, char** argv) try {
  Options options;
  int status = 0;
  if (!parse(argc, argv, options, status)) return status;
  if (options.backend == "cuda") {
    std::fprintf(stderr,
                 "cifar10: this program has the CPU backend only; run cifar10_cuda, which a build with "
                 "-DTET_ENABLE_CUDA=ON makes\n");
    return 1;
  }
  if (options.threads > 0) tet::set_threads(options.threads);
  cifar10::run<tet::Cpu>(options);
} catch (std::exception const& error) {
  std::fprintf(stderr, "cifar10: %s\n", error.what());
  return 1;
}

// SPDX-License-Identifier: MIT

// The same with both backends in one program: --backend cpu|cuda.

#include "run.hpp"

#include <exception>

int main(int argc, char** argv) try {
  Options options;
  options.backend = "cuda";
  int status = 0;
  if (!parse(argc, argv, options, status)) return status;
  if (options.threads > 0) tet::set_threads(options.threads);
  if (options.backend == "cuda") cifar10::run<tet::Cuda>(options);
  else cifar10::run<tet::Cpu>(options);
} catch (std::exception const& error) {
  std::fprintf(stderr, "cifar10_cuda: %s\n", error.what());
  return 1;
}

// SPDX-License-Identifier: MIT

// The demo with both backends in one program: --backend cpu|cuda.

#include "demo.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) try {
  if (digits::backend_of(argc, argv, "cuda") == "cuda") digits::run<tet::Cuda>();
  else digits::run<tet::Cpu>();
} catch (std::exception const& error) {
  std::fprintf(stderr, "digits_cuda: %s\n", error.what());
  return 1;
}

// SPDX-License-Identifier: MIT

// The main job of tet in half a minute: one spiking network, trained twice on handwritten digits seen by a simulated
// event camera, once with the standard loss (SDT) and once with temporal efficient training (TET), then run for 1 to 8
// timesteps.

#include "demo.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) try {
  if (digits::backend_of(argc, argv, "cpu") == "cuda") {
    std::fprintf(stderr,
                 "digits: this program has the CPU backend only; run digits_cuda, which a build with "
                 "-DTET_ENABLE_CUDA=ON makes\n");
    return 1;
  }
  digits::run<tet::Cpu>();
} catch (std::exception const& error) {
  std::fprintf(stderr, "digits: %s\n", error.what());
  return 1;
}

// SPDX-License-Identifier: MIT

// The same neuron on a GPU: nothing of it changes.

#include "custom_neuron.hpp"

#include <cstdio>
#include <exception>

int main() try { custom_neuron::run<tet::Cuda>(); } catch (std::exception const& error) {
  std::fprintf(stderr, "custom_neuron_cuda: %s\n", error.what());
  return 1;
}

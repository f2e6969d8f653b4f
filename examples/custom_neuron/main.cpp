// SPDX-License-Identifier: MIT

// A neuron and a surrogate of a user's own, trained as those of the library are.

#include "custom_neuron.hpp"

#include <cstdio>
#include <exception>

int main() try {
  custom_neuron::run<tet::Cpu>();
} catch (std::exception const& error) {
  std::fprintf(stderr, "custom_neuron: %s\n", error.what());
  return 1;
}

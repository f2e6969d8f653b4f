// SPDX-License-Identifier: MIT
#include "make_probe.hpp"
#include "problem_probe.hpp"
#include "problems.hpp"

namespace experiments {

std::unique_ptr<Probe> make_cifar10_probe(Options const& options) {
  return std::make_unique<ProblemProbe<Cifar10>>(options);
}

}  // namespace experiments

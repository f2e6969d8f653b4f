// SPDX-License-Identifier: MIT
#include "make_probe.hpp"
#include "problem_probe.hpp"
#include "problems.hpp"

namespace experiments {

std::unique_ptr<Probe> make_digits_probe(Options const& options) {
  return std::make_unique<ProblemProbe<Digits>>(options);
}

}  // namespace experiments

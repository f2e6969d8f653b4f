// SPDX-License-Identifier: MIT
#include "make_subject.hpp"
#include "problem_subject.hpp"
#include "problems.hpp"

namespace experiments {

std::unique_ptr<Subject> make_digits_subject(Options const& options) {
  return std::make_unique<ProblemSubject<Digits>>(options);
}

}  // namespace experiments

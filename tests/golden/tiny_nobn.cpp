// SPDX-License-Identifier: MIT
#include "tiny_cases.hpp"

#include <tet/cpu.hpp>

TEST_CASE_TEMPLATE("golden tiny_nobn: outputs, spikes, gradients and five steps of training [golden]", Scalar, float,
                   double) {
  golden::TinyRun<golden::TinyWithoutBn, tet::Cpu, Scalar>().check();
}

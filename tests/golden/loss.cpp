// SPDX-License-Identifier: MIT
#include "loss_run.hpp"

#include <tet/backend/cpu/loss.hpp>

TEST_CASE_TEMPLATE("golden loss: SDT and TET, values, gradients and predictions [golden]", Scalar, float, double) {
  golden::LossRun<tet::Cpu, Scalar>().check();
}

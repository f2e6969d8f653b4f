// SPDX-License-Identifier: MIT
#include "optim_run.hpp"

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/update.hpp>

TEST_CASE_TEMPLATE("golden optim: trajectories of Adam, AdamW and SGD, cosine schedule [golden]", Scalar, float,
                   double) {
  golden::OptimRun<tet::Cpu, Scalar>().check();
}

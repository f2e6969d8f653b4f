// SPDX-License-Identifier: MIT
#include "pool_linear_run.hpp"

#include <tet/backend/cpu/convert.hpp>
#include <tet/backend/cpu/pooling.hpp>
#include <tet/backend/cpu/synapses.hpp>

TEST_CASE_TEMPLATE("golden pool_linear: average pooling and the linear layer [golden]", Scalar, float, double) {
  golden::PoolLinearRun<tet::Cpu, Scalar>().check();
}

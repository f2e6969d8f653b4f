// SPDX-License-Identifier: MIT
#include "bn_run.hpp"

#include <tet/backend/cpu/batch_norm.hpp>
#include <tet/backend/cpu/convert.hpp>
#include <tet/backend/cpu/neuron.hpp>

TEST_CASE_TEMPLATE("golden bn: training and inference, alone and in the neuron's pass [golden]", Scalar, float,
                   double) {
  golden::BnRun<tet::Cpu, Scalar>().check();
}

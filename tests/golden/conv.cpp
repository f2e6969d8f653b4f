// SPDX-License-Identifier: MIT
#include "conv_run.hpp"

#include <tet/backend/cpu/convert.hpp>
#include <tet/backend/cpu/synapses.hpp>

TEST_CASE_TEMPLATE("golden conv: forward and gradients for analog and spike inputs [golden]", Scalar, float, double) {
  golden::ConvRun<tet::Cpu, Scalar>().check();
}

TEST_CASE("golden conv: what rounds differently keeps to the error that it promises [golden]") {
  for (tet::Exactness const exactness : {tet::Exactness::winograd, tet::Exactness::rounded})
    golden::ConvRun<tet::Cpu, float>().check(exactness, 1e-4);
}

// SPDX-License-Identifier: MIT
#include "conv_run.hpp"

#include <tet/backend/cpu/convert.hpp>
#include <tet/backend/cpu/synapses.hpp>

TEST_CASE_TEMPLATE("golden conv: forward and gradients for analog and spike inputs [golden]", Scalar, float, double) {
  golden::ConvRun<tet::Cpu, Scalar>().check();
}

TEST_CASE("golden conv: Winograd's algorithm to the error that it promises [golden]") {
  golden::ConvRun<tet::Cpu, float>().check(tet::Exactness::winograd, 1e-4);
}

// SPDX-License-Identifier: MIT
#include "lif_cases.hpp"

#include <tet/backend/cpu/convert.hpp>
#include <tet/backend/cpu/neuron.hpp>

TEST_CASE_TEMPLATE("golden lif_state: a membrane carried from call to call [golden]", Scalar, float, double) {
  golden::LifStateRun<tet::Cpu, Scalar>().check();
}

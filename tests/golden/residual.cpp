// SPDX-License-Identifier: MIT
#include "residual_run.hpp"

#include <tet/cpu.hpp>

TEST_CASE_TEMPLATE("golden residual: blocks with a convolution and without in the shortcut [golden]", Scalar, float,
                   double) {
  golden::Topic<Scalar> file("residual");
  golden::residual::check_block<golden::residual::Down, tet::Cpu>(file);
  golden::residual::check_block<golden::residual::Same, tet::Cpu>(file);
  file.report();
  CHECK(golden::unchecked(file).empty());
}

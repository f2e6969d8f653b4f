// SPDX-License-Identifier: MIT
#include "lif_cases.hpp"

#include <tet/backend/cpu/convert.hpp>
#include <tet/backend/cpu/neuron.hpp>

TEST_CASE_TEMPLATE("golden lif_edge: potentials at the threshold and at the surrogates' corners [golden]", Scalar,
                   float, double) {
  golden::check_lif_edge<tet::Cpu, Scalar>();
}

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/cuda.cuh>
#include <tet/core/parameter_update.hpp>
#include <tet/core/values.hpp>

namespace tet {

namespace gpu {

template <class Rule, class Scalar, int States>
struct Update {
  ParameterUpdate<Rule, Scalar, States> update;
  int const* withheld;

  TET_HD void operator()(Index i) const {
    if (*withheld != 0) return;
    Values<Scalar, States> state;
    for (int k = 0; k < States; ++k) state[k] = update.states[k][i];
    Scalar& parameter = update.parameters.values[i];
    parameter = (*update.rule)(parameter, update.parameters.gradients[i], state);
    for (int k = 0; k < States; ++k) update.states[k][i] = state[k];
  }
};

}  // namespace gpu

/// Applies an optimiser's rule to each parameter of all tensors in one pass. It does nothing between a step's loss that is
/// not finite and the end of that StepLoss.
template <class Execution, class Rule, class Scalar, int States>
void update_parameters(BasicCuda<Execution>& exec, ParameterUpdate<Rule, Scalar, States> const& update) {
  exec.for_each(update.parameters.count,
                gpu::Update<Rule, Scalar, States>{update, exec.execution().updates_withheld()});
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/cuda.cuh>
#include <tet/core/values.hpp>

namespace tet {

namespace gpu {

template <class Rule, class Scalar, int States>
struct Update {
  Rule rule;
  Scalar* parameters;
  Scalar const* gradients;
  Values<Scalar*, States> states;
  int const* withheld;

  TET_HD void operator()(Index i) const {
    if (*withheld != 0) return;
    Values<Scalar, States> state;
    for (int k = 0; k < States; ++k) state[k] = states[k][i];
    parameters[i] = rule(parameters[i], gradients[i], state);
    for (int k = 0; k < States; ++k) states[k][i] = state[k];
  }
};

}  // namespace gpu

/// Applies an optimiser's rule to each parameter of all tensors in one pass: rule(p, g, state) -> new p; `state` is
/// changed in place. It does nothing between a start_loss_and_gradient whose loss is not finite and the end of that
/// PendingLoss.
///
/// Shape: parameters, gradients, each states[i]: [count].
template <class Rule, class Execution, class Scalar, int States>
void update_parameters(BasicCuda<Execution>& exec, Rule const& rule, Index count, Scalar* parameters,
                       Scalar const* gradients, Values<Scalar*, States> states) {
  exec.for_each(count, gpu::Update<Rule, Scalar, States>{rule, parameters, gradients, states,
                                                         exec.execution().updates_withheld()});
}

}  // namespace tet

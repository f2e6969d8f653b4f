// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/partition.hpp>
#include <tet/core/pack.hpp>
#include <tet/core/parameter_update.hpp>
#include <tet/core/values.hpp>

namespace tet {

/// Applies an optimiser's rule to each parameter.
///
/// Shape: [count], count a multiple of 16 (parameter storage is padded).
template <class Rule, class Loops, class Scalar, int States>
void update_parameters(BasicCpu<Loops>& exec, ParameterUpdate<Rule, Scalar, States> const& update) {
  constexpr int width = native_width<Scalar>;
  static_assert(16 % width == 0);
  using V = Pack<Scalar, width>;
  Rule const& rule = *update.rule;
  Scalar* const parameters = update.parameters.values;
  Scalar const* const gradients = update.parameters.gradients;
  Values<Scalar*, States> const states = update.states;
  cpu::Partition const partition(update.parameters.count / width, 256);
  exec.parallel_for(partition.tasks(), [&](Index task, Index) {
    for (Index i = partition.begin(task) * width; i < partition.end(task) * width; i += width) {
      Values<V, States> state;
      for (int k = 0; k < States; ++k) state[k] = V::load(states[k] + i);
      rule(V::load(parameters + i), V::load(gradients + i), state).store(parameters + i);
      for (int k = 0; k < States; ++k) state[k].store(states[k] + i);
    }
  });
}

}  // namespace tet

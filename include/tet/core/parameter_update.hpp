// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/parameter_range.hpp>
#include <tet/core/repeated_work.hpp>
#include <tet/core/values.hpp>

#include <cstddef>

namespace tet {

/// One step of an optimiser, as a backend is asked for it: rule(p, g, state) -> new p for each parameter, `state` changed
/// in place. All of it lies in the backend's memory, the rule with the step's coefficients too.
///
/// Shape: each states[i]: [parameters.count].
template <class Rule, class Scalar, int States>
struct ParameterUpdate {
  Rule const* rule;
  ParameterRange<Scalar> parameters;
  Values<Scalar*, States> states;

  /// Where the optimiser's own part of it lies.
  RepeatedWork::Places<std::size_t(States) + 1> memory() const {
    RepeatedWork::Places<std::size_t(States) + 1> places{rule};
    for (int i = 0; i < States; ++i) places[std::size_t(i) + 1] = states[i];
    return places;
  }
};

}  // namespace tet

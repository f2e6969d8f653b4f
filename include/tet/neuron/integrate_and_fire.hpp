// SPDX-License-Identifier: MIT
#pragma once

#include <tet/neuron/lif.hpp>

namespace tet {

struct IfConfig {
  float threshold = 1.0f;
  Reset reset = Reset::hard;
  ResetGradient reset_gradient = ResetGradient::kept;
};

/// Integrate-and-fire neuron: a Lif that keeps its whole membrane potential, u[t] = v[t-1] + x[t].
template <IfConfig config = IfConfig{}, SurrogateGradient Surrogate = Triangle<>>
using If =
    Lif<LifConfig{
            .tau = 1.0f, .threshold = config.threshold, .reset = config.reset, .reset_gradient = config.reset_gradient},
        Surrogate>;

static_assert(NeuronModel<If<>>);

}  // namespace tet

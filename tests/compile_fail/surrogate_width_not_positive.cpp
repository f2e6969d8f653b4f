// SPDX-License-Identifier: MIT
// expect-error: tet::Triangle: gamma, half the width of its base, must be positive
#include <tet/neuron/neurons.hpp>

#if defined(TET_SHOULD_FAIL)
constexpr float half_width = 0.0f;
#else
constexpr float half_width = 0.5f;
#endif

using Neuron = tet::Lif<tet::LifConfig{}, tet::Triangle<half_width>>;
static_assert(Neuron::step<double>({0}, {}, 2.0).s == 1);

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/neuron/lif.hpp>

#ifndef TET_TRAIN_TAU
#define TET_TRAIN_TAU 0.5f
#endif
#ifndef TET_TRAIN_THRESHOLD
#define TET_TRAIN_THRESHOLD 1.0f
#endif

namespace recipes {

// A network is a type, and its neurons' dynamics belong to it: they are chosen when this program is compiled.
inline constexpr tet::LifConfig neuron_config{.tau = TET_TRAIN_TAU, .threshold = TET_TRAIN_THRESHOLD};
using Neuron = tet::Lif<neuron_config>;

}  // namespace recipes

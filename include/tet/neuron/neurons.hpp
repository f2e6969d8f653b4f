// SPDX-License-Identifier: MIT
#pragma once

#include <tet/neuron/integrate_and_fire.hpp>
#include <tet/neuron/lif.hpp>

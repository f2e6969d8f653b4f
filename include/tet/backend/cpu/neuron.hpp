// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/neuron/backward.hpp>
#include <tet/backend/cpu/neuron/forward.hpp>

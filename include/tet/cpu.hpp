// SPDX-License-Identifier: MIT
#pragma once

// Everything neutral and the CPU backend.

#include <tet/backend/cpu/primitives.hpp>
#include <tet/neutral.hpp>

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/surrogate/atan.hpp>
#include <tet/surrogate/fast_sigmoid.hpp>
#include <tet/surrogate/gaussian.hpp>
#include <tet/surrogate/piecewise_exponential.hpp>
#include <tet/surrogate/rectangle.hpp>
#include <tet/surrogate/sigmoid.hpp>
#include <tet/surrogate/triangle.hpp>

// SPDX-License-Identifier: MIT
#pragma once

// Sizes that are part of a network's type, the only ones of the golden files that are written down, and only here. A folder
// with other sizes needs a build with them; tests say so when they meet one.

#include <tet/core/index.hpp>

namespace golden {

/// tiny_bn, tiny_nobn and tiny_aplif: the input, the channels of the two convolutions, the classes.
struct TinyShape {
  tet::Index height, width, channels, first, second, classes;
};
inline constexpr TinyShape tiny_shape{.height = 8, .width = 8, .channels = 2, .first = 6, .second = 8, .classes = 5};

/// A residual block: its input, and the channels of its output.
struct BlockShape {
  tet::Index height, width, channels, out;
};
inline constexpr BlockShape down_shape{.height = 6, .width = 6, .channels = 4, .out = 6};
inline constexpr BlockShape same_shape{.height = 6, .width = 6, .channels = 6, .out = 6};

}  // namespace golden

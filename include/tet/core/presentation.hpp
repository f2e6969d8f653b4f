// SPDX-License-Identifier: MIT
#pragma once

namespace tet {

/// How a batch shows its samples to a network.
enum class Presentation {
  repeated,  ///< [B, H, W, C]: the same image at every timestep; what depends on it alone is computed once
  temporal,  ///< [T, B, H, W, C]: a frame of its own at every timestep
};

}  // namespace tet

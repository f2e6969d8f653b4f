// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>
#include <tet/core/presentation.hpp>
#include <tet/core/shape.hpp>

#include <vector>

namespace tet {

/// Samples of one forward call with their labels. Owning and reusable: filling it again keeps its memory.
///
/// Shape: values [B, H, W, C] (repeated) or [T, B, H, W, C] (temporal); labels [B].
struct Batch {
  std::vector<float> values{};
  std::vector<int> labels{};
  Index timesteps = 1;
  Index batch_size = 0;
  Presentation presentation = Presentation::repeated;
  Shape<3> shape{};  // (H, W, C) of one sample at one timestep
};

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>
#include <tet/core/presentation.hpp>
#include <tet/core/shape.hpp>

#include <vector>

namespace tet {

/// Samples of one forward call with their labels. Owning and reusable: filling it again keeps its memory.
///
/// Shape: values [B, H, W, C] (repeated) or [T, B, H, W, C] (temporal); labels [B]; other_labels and shares [B] where
///        samples were mixed, else empty.
struct Batch {
  std::vector<float> values{};
  std::vector<int> labels{};
  std::vector<int> other_labels{};  // of the samples that were mixed in
  std::vector<float> shares{};      // of the first label, 0…1; the other one has the rest
  Index timesteps = 1;
  Index batch_size = 0;
  Presentation presentation = Presentation::repeated;
  Shape<3> shape{};  // (H, W, C) of one sample at one timestep
};

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/byte_images.hpp>
#include <tet/core/index.hpp>
#include <tet/core/presentation.hpp>

#include <span>

namespace tet {

/// One batch as a model takes it, in host memory.
///
/// Shape: values [B, H, W, C] repeated, or [T, B, H, W, C] temporal. A prefix of a temporal batch's timesteps is a
///        shorter batch.
template <class Element>
struct InputBatch {
  std::span<Element const> values;
  Timesteps timesteps;
  BatchSize batch_size;
  Presentation presentation = Presentation::repeated;
  ByteImages images{};  ///< in place of values, where there are any
};

}  // namespace tet

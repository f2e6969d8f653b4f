// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/byte_images.hpp>
#include <tet/core/index.hpp>
#include <tet/core/presentation.hpp>
#include <tet/core/shape.hpp>

#include <cstdint>
#include <vector>

namespace tet {

/// How a batch carries images of a data set that keeps them as bytes.
enum class ImageForm {
  values,  ///< Batch::values, as of any data set
  bytes,  ///< Batch::images: a quarter of the memory; who reads them moves and normalises them. Batches of a stream that
          ///< mixes samples are values all the same, since mixing changes values
};

/// Images of a batch as bytes, and what becomes of each on its way into a network: see ByteImages.
struct BatchImages {
  std::vector<std::uint8_t> pixels{};        // [B, H, W, C]
  std::vector<ImagePlacement> placements{};  // [B]
  std::vector<float> values{};               // [C, 256]: of each byte
};

/// Samples of one forward call with their labels. Owning and reusable: filling it again keeps its memory.
///
/// Shape: values [B, H, W, C] (repeated) or [T, B, H, W, C] (temporal); labels [B]; other_labels and shares [B] where
///        samples were mixed, else empty. Images may come as bytes, shown at all timesteps; values are then empty.
struct Batch {
  std::vector<float> values{};
  std::vector<int> labels{};
  std::vector<int> other_labels{};  // of the samples that were mixed in
  std::vector<float> shares{};      // of the first label, 0…1; the other one has the rest
  Index timesteps = 1;
  Index batch_size = 0;
  Presentation presentation = Presentation::repeated;
  Shape<3> shape{};  // (H, W, C) of one sample at one timestep
  BatchImages images{};
};

}  // namespace tet

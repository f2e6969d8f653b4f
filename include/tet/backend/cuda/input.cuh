// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/cuda.cuh>
#include <tet/core/byte_images.hpp>
#include <tet/core/input_values.hpp>
#include <tet/core/shape.hpp>
#include <tet/core/workspace.hpp>

#include <cstddef>
#include <cstring>
#include <type_traits>

namespace tet {

namespace gpu {

/// Images as bytes in one block: the table of values, the placements, the pixels.
struct ImageBlock {
  Index values, placements, pixels;  // bytes of each

  ImageBlock(Index count, Index size, Index channels)
      : values(channels * 256 * Index(sizeof(float))),
        placements(count * Index(sizeof(ImagePlacement))),
        pixels(count * size) {}

  Index bytes() const { return values + placements + pixels; }

  void write(std::byte* block, ByteImages const& images) const {
    std::memcpy(block, images.values, std::size_t(values));
    std::memcpy(block + values, images.placements, std::size_t(placements));
    std::memcpy(block + values + placements, images.pixels, std::size_t(pixels));
  }

  /// The images as they lie in the block.
  ByteImages view(std::byte const* block, ByteImages images) const {
    images.values = reinterpret_cast<float const*>(block);
    images.placements = reinterpret_cast<ImagePlacement const*>(block + values);
    images.pixels = reinterpret_cast<std::uint8_t const*>(block + values + placements);
    return images;
  }
};

}  // namespace gpu

/// Brings a batch from the host into a network's input. Returns the position of the first value that the kind cannot
/// hold, or -1.
///
/// The host checks and converts while it fills page-locked memory, so bits travel as bits; the copy runs in stream order.
/// Shape: values [pixels][channels], or images as bytes.
template <class Execution, class Values, class Kind, class Scalar>
Index convert_input(BasicCuda<Execution>& exec, Values const& values, Activation<Kind, Scalar> x, Workspace = {}) {
  return exec.execution().fill(
      reinterpret_cast<std::byte*>(x.data), activation_bytes<Kind, Scalar>(x.pixels, x.channels), [&](std::byte* host) {
        using Value = typename Activation<Kind, Scalar>::Element;
        return write_input(values, Activation<Kind, Scalar>{reinterpret_cast<Value*>(host), x.pixels, x.channels});
      });
}

/// The same for images whose values are to be analog: they travel as bytes, and the device makes values of them.
/// Pre: their table's values are finite.
template <class Execution, class Scalar>
Index convert_input(BasicCuda<Execution>& exec, ByteImages const& images, Activation<Analog, Scalar> x,
                    Workspace workspace) {
  Index const pixels = images.height * images.width;
  gpu::ImageBlock const block(images.count, pixels * images.channels, images.channels);
  exec.execution().fill(workspace.data, block.bytes(), [&](std::byte* host) {
    block.write(host, images);
    return 0;
  });
  exec.for_each(images.count * pixels, WriteImagePixel<Scalar>{block.view(workspace.data, images), x.data});
  return -1;
}

/// Scratch memory for so many images as bytes.
template <class Kind, class Execution>
Index input_workspace(BasicCuda<Execution> const&, Index count, Shape<3> const& shape) {
  if (!std::is_same_v<Kind, Analog>) return 0;
  return gpu::ImageBlock(count, shape.size(), shape.channels()).bytes();
}

}  // namespace tet

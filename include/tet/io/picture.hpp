// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/index.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tet::io {

/// A decoded image, red, green and blue as bytes. Decoding into it again keeps its memory.
///
/// Shape: pixels [H, W, 3].
struct Picture {
  Index height = 0, width = 0;
  std::vector<std::uint8_t> pixels{};
};

/// Pixels that an image may have unless told otherwise: a file of a few bytes can claim any number.
inline constexpr Index most_pixels_of_picture = Index(1) << 27;

namespace detail {

/// Makes room for an image of this size.
/// Throws: IoError where it has more pixels than allowed.
inline void size_picture(Picture& picture, Index height, Index width, Index most_pixels, std::string const& path,
                         std::uint64_t offset) {
  if (height < 1 || width < 1 || height > most_pixels / width)
    throw IoError(path, offset, "an image of " + std::to_string(width) + " x " + std::to_string(height) + " pixels",
                  "at most " + std::to_string(most_pixels) + " pixels");
  picture.height = height;
  picture.width = width;
  picture.pixels.resize(std::size_t(height * width * 3));
}

}  // namespace detail

}  // namespace tet::io

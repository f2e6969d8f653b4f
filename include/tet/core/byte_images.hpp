// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>
#include <tet/core/index.hpp>

#include <cstdint>
#include <type_traits>

namespace tet {

/// What happens to one image: pixels are moved, then a rectangle of the result is cut out.
///
/// What is seen at (y, x) stood at (y + shift_y, x' + shift_x), x' = mirrored ? W - 1 - x : x; beside the image all is black.
struct ImagePlacement {
  Index shift_y = 0, shift_x = 0;
  Index top = 0, bottom = 0, left = 0, right = 0;  // cut out: rows top … bottom - 1, columns left … right - 1
  bool mirrored = false;

  /// Which pixel of the image is seen at (y, x); -1 for none.
  TET_HD constexpr Index source(Index y, Index x, Index height, Index width) const {
    Index const from_y = y + shift_y, from_x = (mirrored ? width - 1 - x : x) + shift_x;
    bool const inside = 0 <= from_y && from_y < height && 0 <= from_x && from_x < width;
    return inside ? from_y * width + from_x : -1;
  }

  TET_HD constexpr bool cuts(Index y, Index x) const { return top <= y && y < bottom && left <= x && x < right; }

  friend bool operator==(ImagePlacement const&, ImagePlacement const&) = default;
};

/// Images as bytes, and what turns them into values: a placement each, then a table. A black pixel is byte 0, a pixel that
/// is cut out has the value 0. Non-owning.
struct ByteImages {
  std::uint8_t const* pixels = nullptr;        // [count, height, width, channels]
  ImagePlacement const* placements = nullptr;  // [count]
  float const* values = nullptr;               // [channels, 256]: what a byte stands for
  Index count = 0, height = 0, width = 0, channels = 0;

  /// Writes the values of all channels at (y, x) of image n.
  template <class Scalar>
  TET_HD constexpr void write_pixel(Index n, Index y, Index x, Scalar* to) const {
    if (placements[n].cuts(y, x)) {
      for (Index c = 0; c < channels; ++c) to[c] = Scalar(0);
      return;
    }
    std::uint8_t const* const seen = source(n, y, x);
    for (Index c = 0; c < channels; ++c) to[c] = Scalar(value(seen, c));
  }

  /// Value i of all images in a row.
  constexpr float operator[](Index i) const {
    Index const pixel = i / channels, row = pixel / width, n = row / height, y = row % height, x = pixel % width;
    return placements[n].cuts(y, x) ? 0 : value(source(n, y, x), i % channels);
  }

 private:
  /// The pixel of image n that is seen at (y, x); nullptr for none.
  TET_HD constexpr std::uint8_t const* source(Index n, Index y, Index x) const {
    Index const from = placements[n].source(y, x, height, width);
    return from < 0 ? nullptr : pixels + (n * height * width + from) * channels;
  }

  TET_HD constexpr float value(std::uint8_t const* pixel, Index c) const {
    return values[c * 256 + (pixel == nullptr ? 0 : pixel[c])];
  }
};

/// Loop body: writes pixel p of all images in a row, or, which needs fewer divisions, a whole row of pixels.
template <class Scalar>
struct WriteImagePixel {
  ByteImages images;
  Scalar* to;  // [count, height, width, channels]

  TET_HD void operator()(Index p) const {
    Index const row = p / images.width;
    images.write_pixel(row / images.height, row % images.height, p % images.width, to + p * images.channels);
  }

  void write_row(Index row) const {
    Scalar* out = to + row * images.width * images.channels;
    for (Index x = 0; x < images.width; ++x, out += images.channels)
      images.write_pixel(row / images.height, row % images.height, x, out);
  }
};

static_assert(std::is_trivially_copyable_v<WriteImagePixel<float>>);

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/io/picture.hpp>

#include <png.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace tet::io {

namespace detail {

/// libpng's simplified reader: it comes back from errors by itself.
class PngReader {
 public:
  PngReader() { image_.version = PNG_IMAGE_VERSION; }
  PngReader(PngReader const&) = delete;
  ~PngReader() { png_image_free(&image_); }

  bool read_header(std::span<std::byte const> bytes) {
    return png_image_begin_read_from_memory(&image_, bytes.data(), bytes.size()) != 0 && !failed();
  }

  /// To room for [H, W, 3], or [H, W, 4] of an image with transparency.
  bool read_pixels(std::uint8_t* to) {
    image_.format = has_alpha() ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
    return png_image_finish_read(&image_, nullptr, to, 0, nullptr) != 0 && !failed();
  }

  Index height() const { return Index(image_.height); }
  Index width() const { return Index(image_.width); }
  bool has_alpha() const { return (image_.format & PNG_FORMAT_FLAG_ALPHA) != 0; }
  bool has_16_bits() const { return (image_.format & PNG_FORMAT_FLAG_LINEAR) != 0; }
  char const* text() const { return image_.message; }

 private:
  bool failed() const { return PNG_IMAGE_FAILED(image_); }

  png_image image_{};
};

/// Offset of the first chunk that does not lie in the file as a whole; its size where all do.
inline std::uint64_t whole_chunks(std::span<std::byte const> bytes) {
  std::size_t at = 8;
  while (at + 12 <= bytes.size()) {
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8 | std::uint64_t(bytes[at + i]);
    if (length > bytes.size() - at - 12) break;
    at += std::size_t(length) + 12;
  }
  return std::min(at, bytes.size());
}

}  // namespace detail

/// Decodes a PNG image that lies in memory; grey and palettes become red, green and blue, transparency is left out.
/// Throws: IoError, with the file's name, for what is broken or ends too early, for 16 bits per value, and for more pixels
/// than allowed; `picture` then holds nothing of use.
inline void decode_png(std::span<std::byte const> bytes, std::string const& path, Picture& picture,
                       Index most_pixels = most_pixels_of_picture) {
  constexpr std::uint64_t size_at = 16, depth_at = 24;  // in the first chunk
  detail::PngReader reader;
  auto const broken = [&] { return IoError(path, detail::whole_chunks(bytes), reader.text(), "a whole PNG image"); };
  if (!reader.read_header(bytes)) throw broken();
  if (reader.has_16_bits()) throw IoError(path, depth_at, "16 bits per value", "at most 8");
  detail::size_picture(picture, reader.height(), reader.width(), most_pixels, path, size_at);
  if (!reader.has_alpha()) {
    if (!reader.read_pixels(picture.pixels.data())) throw broken();
    return;
  }
  std::size_t const pixels = picture.pixels.size() / 3;
  std::vector<std::uint8_t> with_alpha(4 * pixels);
  if (!reader.read_pixels(with_alpha.data())) throw broken();
  for (std::size_t i = 0; i < pixels; ++i) std::memcpy(picture.pixels.data() + 3 * i, with_alpha.data() + 4 * i, 3);
}

}  // namespace tet::io

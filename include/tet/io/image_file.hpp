// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/file_bytes.hpp>
#include <tet/io/jpeg.hpp>
#include <tet/io/png.hpp>

#include <cstring>
#include <string>
#include <vector>

namespace tet::io {

/// Reads an image, JPEG or PNG by what the file begins with: in large collections names are not always right.
/// Throws: IoError as read_file_bytes, decode_jpeg and decode_png, and for a file that is neither.
inline void read_picture(std::string const& path, Picture& picture, Index most_pixels = most_pixels_of_picture) {
  constexpr unsigned char jpeg[] = {0xFF, 0xD8, 0xFF}, png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  std::vector<std::byte> const bytes = read_file_bytes(path);
  auto const begins_with = [&](auto const& signature) {
    return bytes.size() >= sizeof signature && std::memcmp(bytes.data(), signature, sizeof signature) == 0;
  };
  if (begins_with(jpeg)) decode_jpeg(bytes, path, picture, most_pixels);
  else if (begins_with(png)) decode_png(bytes, path, picture, most_pixels);
  else throw IoError(path, 0, bytes.empty() ? "an empty file" : "another file format", "a JPEG or PNG image");
}

}  // namespace tet::io

// SPDX-License-Identifier: MIT
#pragma once

#include <tests/support/scratch_folder.hpp>
#include <tet/core/index.hpp>

#include <png.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include <jpeglib.h>

namespace tet::test {

/// The bytes of a JPEG file of pixels [H, W, components], at the best quality. libjpeg's own errors end the program.
inline std::string jpeg_file(Index height, Index width, int components, std::vector<std::uint8_t> const& pixels,
                             bool progressive = false) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &memory, &size);
  info.image_width = JDIMENSION(width);
  info.image_height = JDIMENSION(height);
  info.input_components = components;
  info.in_color_space = components == 1 ? JCS_GRAYSCALE : components == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 100, TRUE);
  info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = 1;  // colours at full resolution
  if (progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  std::vector<std::uint8_t> line(std::size_t(width * components));
  while (info.next_scanline < info.image_height) {
    auto const from = pixels.begin() + std::ptrdiff_t(info.next_scanline) * std::ptrdiff_t(line.size());
    line.assign(from, from + std::ptrdiff_t(line.size()));
    JSAMPROW row = line.data();
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string const bytes(reinterpret_cast<char*>(memory), size);
  std::free(memory);
  return bytes;
}

/// The bytes of a PNG file of pixels in one of libpng's simplified formats, such as PNG_FORMAT_RGB.
template <class Element>
std::string png_file(Index height, Index width, unsigned format, std::vector<Element> const& pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = png_uint_32(width);
  image.height = png_uint_32(height);
  image.format = format;
  png_alloc_size_t size = 0;
  std::string bytes;
  if (png_image_write_to_memory(&image, nullptr, &size, 0, pixels.data(), 0, nullptr) != 0) {
    bytes.resize(size);
    if (png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), 0, nullptr) != 0) return bytes;
  }
  throw std::runtime_error(image.message);
}

/// One colour everywhere.
inline std::vector<std::uint8_t> plain_pixels(Index height, Index width, std::vector<std::uint8_t> const& colour) {
  std::vector<std::uint8_t> pixels;
  for (Index i = 0; i < height * width; ++i) pixels.insert(pixels.end(), colour.begin(), colour.end());
  return pixels;
}

/// A different colour at each pixel, smooth enough for JPEG.
inline std::vector<std::uint8_t> slope_pixels(Index height, Index width) {
  std::vector<std::uint8_t> pixels;
  for (Index y = 0; y < height; ++y)
    for (Index x = 0; x < width; ++x)
      for (Index const value : {40 + 3 * x, 50 + 2 * y, 60 + x + y}) pixels.push_back(std::uint8_t(value));
  return pixels;
}

}  // namespace tet::test

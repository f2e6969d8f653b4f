// SPDX-License-Identifier: MIT
#pragma once

#include <tet/io/picture.hpp>

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>

#include <jpeglib.h>

#include <jerror.h>

namespace tet::io {

namespace detail {

/// libjpeg's decompressor. Its way out of an error is a longjmp, which must skip no destructor: so every call of libjpeg
/// stands in a member that sets the place to come back to, has no local with a destructor, and says by its result whether
/// it came to its end.
class JpegReader {
 public:
  JpegReader() {
    info_.err = jpeg_std_error(&errors_.manager);
    errors_.manager.error_exit = [](j_common_ptr info) { leave(info); };
    errors_.manager.emit_message = [](j_common_ptr info, int level) {
      if (level < 0 && loses_pixels(info->err->msg_code)) leave(info);
    };
  }
  JpegReader(JpegReader const&) = delete;
  ~JpegReader() { jpeg_destroy_decompress(&info_); }  // does nothing to one that was never made

  bool read_header(std::span<std::byte const> bytes) {
    if (setjmp(errors_.back) != 0) return false;
    jpeg_create_decompress(&info_);
    jpeg_mem_src(&info_, reinterpret_cast<unsigned char const*>(bytes.data()),
                 static_cast<unsigned long>(bytes.size()));
    jpeg_read_header(&info_, TRUE);
    return true;
  }

  /// Pixels to room for [H, W, 3]. Slow and exact, so that all builds of one libjpeg give the same bytes.
  bool read_pixels(std::uint8_t* to) {
    if (setjmp(errors_.back) != 0) return false;
    info_.out_color_space = has_inks() ? JCS_CMYK : JCS_RGB;
    info_.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&info_);
    JSAMPROW const inks = has_inks() ? room_for_inks() : nullptr;
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW const row = to + std::size_t(info_.output_scanline) * info_.output_width * 3;
      JSAMPROW line = inks != nullptr ? inks : row;
      jpeg_read_scanlines(&info_, &line, 1);
      if (inks != nullptr) light_of(inks, row);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  Index height() const { return Index(info_.image_height); }
  Index width() const { return Index(info_.image_width); }
  char const* text() const { return errors_.text; }

  /// How many bytes of the file it has taken.
  std::uint64_t taken(std::size_t of) const {
    return info_.src == nullptr ? 0 : of - std::min(of, info_.src->bytes_in_buffer);
  }

 private:
  /// Whether pixels are amounts of cyan, magenta, yellow and black.
  bool has_inks() const { return info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK; }

  /// A row of [W, 4], which libjpeg gives back with the rest.
  JSAMPROW room_for_inks() {
    return info_.mem->alloc_sarray(reinterpret_cast<j_common_ptr>(&info_), JPOOL_IMAGE, info_.output_width * 4, 1)[0];
  }

  /// [W, 4] to [W, 3]: a colour's light is what its ink and black let through. Files with Adobe's marker say how much
  /// of the paper is left free, others how much is covered.
  void light_of(JSAMPLE const* inks, JSAMPLE* to) const {
    for (JDIMENSION x = 0; x < info_.output_width; ++x, inks += 4, to += 3)
      for (int colour = 0; colour < 3; ++colour) to[colour] = JSAMPLE((free(inks[colour]) * free(inks[3]) + 127) / 255);
  }
  int free(JSAMPLE ink) const { return info_.saw_Adobe_marker ? ink : 255 - ink; }

  struct Errors {
    jpeg_error_mgr manager;  // first: libjpeg hands out its address
    std::jmp_buf back;
    char text[JMSG_LENGTH_MAX];
  };

  [[noreturn]] static void leave(j_common_ptr info) {
    auto* const errors = reinterpret_cast<Errors*>(info->err);
    info->err->format_message(info, errors->text);
    std::longjmp(errors->back, 1);
  }

  /// Warnings after which libjpeg makes pixels up.
  static bool loses_pixels(int code) {
    return code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE || code == JWRN_MUST_RESYNC ||
           code == JWRN_ARITH_BAD_CODE || code == JWRN_BOGUS_PROGRESSION;
  }

  jpeg_decompress_struct info_{};
  Errors errors_{};
};

}  // namespace detail

/// Decodes a JPEG image that lies in memory; grey and CMYK (ImageNet has some of either) become red, green and blue.
/// Throws: IoError, with the file's name, for what is broken or ends too early, for more than 8 bits per value, and for
/// more pixels than allowed; `picture` then holds nothing of use.
inline void decode_jpeg(std::span<std::byte const> bytes, std::string const& path, Picture& picture,
                        Index most_pixels = most_pixels_of_picture) {
  detail::JpegReader reader;
  auto const broken = [&] { return IoError(path, reader.taken(bytes.size()), reader.text(), "a whole JPEG image"); };
  if (!reader.read_header(bytes)) throw broken();
  detail::size_picture(picture, reader.height(), reader.width(), most_pixels, path, reader.taken(bytes.size()));
  if (!reader.read_pixels(picture.pixels.data())) throw broken();
}

}  // namespace tet::io

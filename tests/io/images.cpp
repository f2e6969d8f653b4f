// SPDX-License-Identifier: MIT
#include <tests/data/support.hpp>
#include <tests/support/image_files.hpp>
#include <tests/support/reference.hpp>
#include <tet/io/image_file.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <vector>

using namespace tet;

namespace {

/// Reads what a file of these bytes holds; room is reused, as by a thread that decodes many.
io::Picture read(std::string const& bytes, Index most_pixels = io::most_pixels_of_picture) {
  fixture::ScratchFolder const folder;
  fixture::write_content(folder.file("image"), bytes);
  io::Picture picture{.height = 7, .width = 9, .pixels = std::vector<std::uint8_t>(1000, 77)};
  io::read_picture(folder.file("image"), picture, most_pixels);
  return picture;
}

/// The error that reading these bytes gives; it names the file.
IoError refused(std::string const& bytes, Index most_pixels = io::most_pixels_of_picture) {
  auto const error = support::io_error([&] { read(bytes, most_pixels); });
  CHECK(error.path().ends_with("/image"));
  CHECK(error.offset() <= bytes.size());
  return error;
}

int largest_difference(std::vector<std::uint8_t> const& a, std::vector<std::uint8_t> const& b) {
  REQUIRE(a.size() == b.size());
  int largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(int(a[i]) - int(b[i])));
  return largest;
}

constexpr Index H = 19, W = 37;

}  // namespace

TEST_CASE("PNG: colours come back as they were, from colour, transparency and grey [io]") {
  auto const pixels = test::slope_pixels(H, W);
  auto const rgb = read(test::png_file(H, W, PNG_FORMAT_RGB, pixels));
  CHECK(rgb.height == H);
  CHECK(rgb.width == W);
  CHECK(rgb.pixels == pixels);

  std::vector<std::uint8_t> const transparent{10, 20, 30, 0, 200, 100, 50, 128};
  CHECK(read(test::png_file(1, 2, PNG_FORMAT_RGBA, transparent)).pixels ==
        std::vector<std::uint8_t>{10, 20, 30, 200, 100, 50});
  std::vector<std::uint8_t> const grey{0, 127, 255};
  CHECK(read(test::png_file(3, 1, PNG_FORMAT_GRAY, grey)).pixels ==
        std::vector<std::uint8_t>{0, 0, 0, 127, 127, 127, 255, 255, 255});
}

TEST_CASE("JPEG: colours come back to rounding, from colour, grey and progressive files [io]") {
  auto const pixels = test::slope_pixels(H, W);
  for (bool const progressive : {false, true}) {
    CAPTURE(progressive);
    auto const rgb = read(test::jpeg_file(H, W, 3, pixels, progressive));
    CHECK(rgb.height == H);
    CHECK(rgb.width == W);
    CHECK(largest_difference(rgb.pixels, pixels) <= 3);
  }
  auto const grey = read(test::jpeg_file(8, 8, 1, test::plain_pixels(8, 8, {90})));
  CHECK(largest_difference(grey.pixels, test::plain_pixels(8, 8, {90, 90, 90})) <= 1);
}

TEST_CASE("JPEG: inks become light, whether a file says what they cover or what they leave free [io]") {
  std::vector<std::uint8_t> const inks{200, 100, 0, 128};
  std::string const adobe = test::jpeg_file(8, 8, 4, test::plain_pixels(8, 8, inks));
  CHECK(largest_difference(read(adobe).pixels, test::plain_pixels(8, 8, {100, 50, 0})) <= 1);
  std::string plain = adobe;  // its marker APP14 becomes a comment
  plain.replace(plain.find("\xFF\xEE"), 2, "\xFF\xFE");
  CHECK(largest_difference(read(plain).pixels, test::plain_pixels(8, 8, {27, 77, 127})) <= 1);
}

TEST_CASE("images: what cannot be used is refused with a reason [io]") {
  auto const pixels = test::slope_pixels(H, W);
  auto const deep = refused(test::png_file(2, 2, PNG_FORMAT_LINEAR_RGB, std::vector<std::uint16_t>(12, 999)));
  CHECK(test::mentions(deep.got(), "16 bits"));
  CHECK(deep.offset() == 24);
  for (std::string const& file : {test::png_file(H, W, PNG_FORMAT_RGB, pixels), test::jpeg_file(H, W, 3, pixels)}) {
    auto const huge = refused(file, H * W - 1);
    CHECK(test::mentions(huge.got(), "37 x 19"));
    CHECK(test::mentions(huge.expected(), "at most 702"));
    CHECK(read(file, H * W).width == W);
  }
  CHECK(test::mentions(refused("").got(), "empty"));
  CHECK(test::mentions(refused("GIF89a..........").expected(), "JPEG or PNG"));
  CHECK(test::mentions(support::io_error([&] {
                         io::Picture picture;
                         io::read_picture("/no/such/file.png", picture);
                       }).what(),
                       "/no/such/file.png"));
}

TEST_CASE("images: a size that no memory could hold is refused before any is taken [io]") {
  auto png = test::png_file(2, 2, PNG_FORMAT_RGB, std::vector<std::uint8_t>(12));
  png.replace(16, 8, std::string("\x00\x0F\x00\x00\x00\x0F\x00\x00", 8));  // its checksum is wrong now, too
  refused(png);
  auto jpeg = test::jpeg_file(8, 8, 3, test::plain_pixels(8, 8, {1, 2, 3}));
  std::size_t const frame = jpeg.find("\xFF\xC0");
  REQUIRE(frame != std::string::npos);
  jpeg.replace(frame + 5, 4, "\xFF\xDC\xFF\xDC");
  CHECK(test::mentions(refused(jpeg).got(), "65500 x 65500"));
}

TEST_CASE("images: a file that ends anywhere before its end is refused [io]") {
  auto const pixels = test::slope_pixels(H, W);
  for (std::string const& file : {test::png_file(H, W, PNG_FORMAT_RGB, pixels), test::jpeg_file(H, W, 3, pixels),
                                  test::jpeg_file(H, W, 3, pixels, true)})
    for (std::size_t size = 0; size + 20 < file.size(); size += 7) {  // the last bytes may hold no pixels
      CAPTURE(size);
      refused(file.substr(0, size));
    }
}

TEST_CASE("images: damaged bytes give pixels or an error, never anything else [io]") {
  auto const pixels = test::slope_pixels(H, W);
  Random const random(Seed{17}, 0);
  for (std::string const& file : {test::png_file(H, W, PNG_FORMAT_RGB, pixels), test::jpeg_file(H, W, 3, pixels),
                                  test::jpeg_file(H, W, 3, pixels, true)}) {
    int errors = 0;
    for (std::uint64_t n = 0; n < 200; ++n) {
      std::string broken = file;
      for (std::uint64_t k = 0; k < 1 + n % 4; ++k)
        broken[random.below(10 * n + 2 * k, broken.size())] = char(random.below(10 * n + 2 * k + 1, 256));
      try {
        read(broken, 1 << 22);
      } catch (IoError const&) {
        ++errors;
      }
    }
    CHECK(errors > 0);
    CHECK(errors <= 200);
  }
}

// SPDX-License-Identifier: MIT
#include <tet/core/byte_images.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace tet;

namespace {

/// Two images of 2x3 pixels, two channels: channel 0 of pixel (y, x) is byte 10 n + 3 y + x + 1, channel 1 is 100 more.
/// Values: ten times the byte, in channel 1 with the other sign; black is 7 and -7.
struct Two {
  std::vector<std::uint8_t> pixels;
  std::vector<float> values;

  Two() : values(2 * 256) {
    for (int n = 0; n < 2; ++n)
      for (int p = 1; p <= 6; ++p)
        for (int c = 0; c < 2; ++c) pixels.push_back(std::uint8_t(10 * n + p + 100 * c));
    for (std::size_t byte = 0; byte < 256; ++byte) {
      values[byte] = byte == 0 ? 7 : 10 * float(byte);
      values[256 + byte] = -values[byte];
    }
  }

  /// Channel 0 of the second image; channel 1 must follow from it.
  std::vector<int> second(ImagePlacement const& place) const {
    ImagePlacement const placements[2] = {{}, place};
    ByteImages const images{pixels.data(), placements, values.data(), 2, 2, 3, 2};
    std::vector<double> out(24, -1);
    WriteImagePixel<double> const write{images, out.data()};
    for (Index p = 0; p < 12; ++p) write(p);
    for (std::size_t i = 0; i < 24; ++i) CHECK(double(images[Index(i)]) == out[i]);
    std::vector<double> by_rows(24, -1);
    for (Index row = 0; row < 4; ++row) WriteImagePixel<double>{images, by_rows.data()}.write_row(row);
    CHECK(by_rows == out);
    for (std::size_t p = 0; p < 6; ++p) CHECK(out[2 * p] == 10 * double(p + 1));  // the first one stays
    std::vector<int> channel;
    for (std::size_t p = 6; p < 12; ++p) {
      int const value = int(out[2 * p]);
      channel.push_back(value);
      CHECK(out[2 * p + 1] == (value == 0 ? 0 : value == 7 ? -7 : -(value + 1000)));
    }
    return channel;
  }
};

}  // namespace

TEST_CASE("ByteImages: pixels are moved, mirrored, looked up and cut out as the hand-worked table says [core]") {
  struct Case {
    char const* name;
    ImagePlacement place;
    std::vector<int> second;  // rows of three
  };
  Case const cases[] = {
      {"as it is", {}, {110, 120, 130, 140, 150, 160}},
      {"down", {.shift_y = -1}, {7, 7, 7, 110, 120, 130}},
      {"up and left", {.shift_y = 1, .shift_x = 1}, {150, 160, 7, 7, 7, 7}},
      {"right", {.shift_x = -2}, {7, 7, 110, 7, 7, 140}},
      {"mirrored", {.mirrored = true}, {130, 120, 110, 160, 150, 140}},
      {"mirrored, then left", {.shift_x = 1, .mirrored = true}, {7, 130, 120, 7, 160, 150}},
      {"far away", {.shift_y = 1000, .shift_x = -1000}, {7, 7, 7, 7, 7, 7}},
      {"cut out", {.top = 0, .bottom = 1, .left = 1, .right = 3}, {110, 0, 0, 140, 150, 160}},
      {"cut beyond the border", {.top = -3, .bottom = 9, .left = 2, .right = 9}, {110, 120, 0, 140, 150, 0}},
      {"cut after the move", {.shift_y = -1, .top = 0, .bottom = 2, .left = 0, .right = 1}, {0, 7, 7, 0, 120, 130}},
      {"an empty rectangle", {.top = 1, .bottom = 1, .left = 0, .right = 3}, {110, 120, 130, 140, 150, 160}},
  };
  for (Case const& c : cases) {
    CAPTURE(c.name);
    CHECK(Two().second(c.place) == c.second);
  }
}

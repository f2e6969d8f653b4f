// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <tet/data/images.hpp>

#include <cmath>
#include <map>
#include <set>

using tet::Index;
namespace data = tet::data;

namespace {

data::Normalization const plain{{0, 0}, {1.0f / 255, 1.0f / 255}};  // value = byte

/// One image of 3x4 pixels, two channels: channel 0 of pixel (y, x) is 10 (y + 1) + x + 1, channel 1 is 100 more.
data::Images one_image() {
  std::vector<std::uint8_t> pixels;
  for (int y = 1; y <= 3; ++y)
    for (int x = 1; x <= 4; ++x)
      for (int c = 0; c < 2; ++c) pixels.push_back(std::uint8_t(10 * y + x + 100 * c));
  return data::Images({3, 4, 2}, 2, pixels, {1}, plain);
}

std::vector<int> draw(data::Images const& images, Index i, std::uint64_t seed, std::uint64_t epoch) {
  std::vector<float> out(std::size_t(images.shape().size()), -1.0f);
  images.sample(i, tet::Timesteps{1}, {tet::Seed{seed}, epoch}, out);
  std::vector<int> rounded;
  for (float const v : out) rounded.push_back(int(std::lround(v)));
  return rounded;
}

/// The image of `one_image` moved by hand: what is seen at (y, x) stood at (y + dy, x' + dx), x' mirrored or not.
std::vector<int> moved(int dy, int dx, bool flipped) {
  std::vector<int> image;
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 4; ++x) {
      int const from_y = y + dy, from_x = (flipped ? 3 - x : x) + dx;
      bool const inside = from_y >= 0 && from_y < 3 && from_x >= 0 && from_x < 4;
      for (int c = 0; c < 2; ++c) image.push_back(inside ? 10 * (from_y + 1) + from_x + 1 + 100 * c : 0);
    }
  }
  return image;
}

}  // namespace

TEST_CASE("Images: a plain set gives the stored image whatever the draw [data]") {
  auto const images = one_image();
  for (std::uint64_t epoch = 0; epoch < 20; ++epoch) CHECK(draw(images, 0, epoch, epoch) == moved(0, 0, false));
}

TEST_CASE("Images: a flip mirrors columns, keeps channels and happens half of the time [data]") {
  auto const images = one_image().augmented({.flip = data::Flip::horizontal});
  std::vector<int> const mirrored = {14, 114, 13, 113, 12, 112, 11, 111, 24, 124, 23, 123,
                                     22, 122, 21, 121, 34, 134, 33, 133, 32, 132, 31, 131};
  int flips = 0;
  for (std::uint64_t epoch = 0; epoch < 1000; ++epoch) {
    auto const seen = draw(images, 0, 1, epoch);
    REQUIRE((seen == mirrored || seen == moved(0, 0, false)));
    flips += seen == mirrored;
  }
  CHECK(flips > 440);  // binomial: 500 +- 16
  CHECK(flips < 560);
}

TEST_CASE("Images: a crop shows every shift equally often, with black beside the image [data]") {
  auto const images = one_image().augmented({.crop_padding = 2});
  std::map<std::vector<int>, int> expected;  // image -> how often
  for (int dy = -2; dy <= 2; ++dy)
    for (int dx = -2; dx <= 2; ++dx) expected[moved(dy, dx, false)] = 0;
  REQUIRE(expected.size() == 25);
  for (std::uint64_t epoch = 0; epoch < 5000; ++epoch) {
    auto const place = expected.find(draw(images, 0, 1, epoch));
    REQUIRE(place != expected.end());
    ++place->second;
  }
  for (auto const& [image, count] : expected) {  // 200 +- 14
    CHECK(count > 140);
    CHECK(count < 260);
  }
}

TEST_CASE("Images: crop and flip together are one of the hand-made images and independent of each other [data]") {
  auto const images = one_image().augmented({.crop_padding = 1, .flip = data::Flip::horizontal});
  std::set<std::vector<int>> expected, seen;
  for (int dy = -1; dy <= 1; ++dy)
    for (int dx = -1; dx <= 1; ++dx)
      for (bool const flipped : {false, true}) expected.insert(moved(dy, dx, flipped));
  for (std::uint64_t epoch = 0; epoch < 600; ++epoch) seen.insert(draw(images, 0, 9, epoch));
  CHECK(seen == expected);
}

TEST_CASE("Images: augmentation is a function of seed, epoch and sample [data]") {
  std::vector<std::uint8_t> pixels;
  for (int k = 0; k < 50 * 64; ++k) pixels.push_back(std::uint8_t(k * 37));
  data::Images const images({8, 8, 1}, 10, pixels, std::vector<int>(50, 3), {{0}, {1.0f / 255}});
  auto const train = images.augmented({.crop_padding = 4, .flip = data::Flip::horizontal});
  int same_epoch = 0, same_seed = 0;
  for (Index i = 49; i >= 0; --i) {
    auto const first = draw(train, i, 1, 1);
    CHECK(draw(train, i, 1, 1) == first);
    same_epoch += draw(train, i, 1, 2) == first;
    same_seed += draw(train, i, 2, 1) == first;
  }
  CHECK(same_epoch < 5);  // 162 images per sample
  CHECK(same_seed < 5);
}

TEST_CASE("Images: sizes, labels and options that do not fit are refused [data]") {
  using std::invalid_argument;
  std::vector<std::uint8_t> const pixels(24);
  CHECK_THROWS_AS(data::Images({3, 4, 2}, 2, pixels, {0, 1}, plain), invalid_argument);
  CHECK_THROWS_AS(data::Images({3, 4, 0}, 2, {}, {0}, plain), invalid_argument);
  CHECK_THROWS_AS(data::Images({3, 4, 2}, 2, pixels, {0}, {{0}, {1}}), invalid_argument);
  CHECK_THROWS_AS(data::Images({3, 4, 2}, 2, pixels, {0}, {{0, 0}, {1, 0}}), invalid_argument);
  CHECK_THROWS_AS(one_image().augmented({.crop_padding = -1}), invalid_argument);
  CHECK_THROWS_WITH_AS(data::Images({3, 4, 2}, 2, pixels, {2}, plain),
                       "tet: data::Images: label of image 0: got 2, expected 0 to 1", invalid_argument);
  CHECK_THROWS_AS(data::Images({3, 4, 2}, 2, pixels, {-1}, plain), invalid_argument);
}

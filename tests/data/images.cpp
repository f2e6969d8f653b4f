// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <tet/data/any_dataset.hpp>
#include <tet/data/batches.hpp>
#include <tet/data/images.hpp>
#include <tet/data/subset.hpp>
#include <tet/inference/batch_outputs.hpp>

#include <algorithm>
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

struct Recipe {
  char const* name;
  tet::Shape<3> shape;
  data::Augment augment;
};
constexpr Recipe recipes[] = {
    {"plain", {5, 3, 2}, {}},
    {"crop", {4, 7, 3}, {.crop_padding = 3}},
    {"crop beyond the image", {3, 2, 1}, {.crop_padding = 5}},
    {"flip", {1, 5, 4}, {.flip = data::Flip::horizontal}},
    {"cutout", {6, 5, 3}, {.cutout = 3}},
    {"cutout of one pixel", {2, 2, 1}, {.cutout = 1}},
    {"cutout larger than the image", {3, 4, 1}, {.cutout = 5}},
    {"all but a policy", {7, 5, 2}, {.crop_padding = 2, .flip = data::Flip::horizontal, .cutout = 4}},
    {"policy, 1 channel", {9, 8, 1}, {.policy = data::Policy::cifar10}},
    {"all, 3 channels",
     {11, 13, 3},
     {.crop_padding = 2, .flip = data::Flip::horizontal, .policy = data::Policy::cifar10, .cutout = 6}},
};
constexpr Index recipe_images = 23;

data::Normalization normalization(Index channels) {
  data::Normalization n;
  for (Index c = 0; c < channels; ++c) n.mean.push_back(0.1f * float(c + 1)), n.deviation.push_back(0.3f + float(c));
  return n;
}

data::Images images_of(Recipe const& r) {
  std::vector<std::uint8_t> pixels;
  for (Index k = 0; k < recipe_images * r.shape.size(); ++k) pixels.push_back(std::uint8_t(k * k * 31 + k * 7 + 3));
  return data::Images(r.shape, 10, pixels, std::vector<int>(recipe_images, 3), normalization(r.shape.channels()));
}

/// Values of image i, each step of the augmentation in turn on the whole image.
std::vector<float> by_steps(Recipe const& r, Index i, tet::Seed seed, std::uint64_t epoch) {
  auto const [height, width, channels] = r.shape.extent;
  data::Augment const& a = r.augment;
  tet::Random const moves(seed, tet::stream::augmentation + epoch), cuts(seed, tet::stream::cutout + epoch);
  auto const stored = images_of(r);
  std::uint8_t const* const image = stored.pixels(i).data();
  auto const draw = [](tet::Random const& random, Index n, Index bound) {
    return Index(random.below(std::uint64_t(n), std::uint64_t(bound)));
  };
  Index const dy = a.crop_padding > 0 ? draw(moves, 3 * i, 2 * a.crop_padding + 1) - a.crop_padding : 0;
  Index const dx = a.crop_padding > 0 ? draw(moves, 3 * i + 1, 2 * a.crop_padding + 1) - a.crop_padding : 0;
  bool const flipped = a.flip == data::Flip::horizontal && draw(moves, 3 * i + 2, 2) == 1;
  std::vector<std::uint8_t> bytes;
  for (Index y = 0; y < height; ++y)
    for (Index x = 0; x < width; ++x)
      for (Index c = 0; c < channels; ++c) {
        Index const from_y = y + dy, from_x = (flipped ? width - 1 - x : x) + dx;
        bool const inside = from_y >= 0 && from_y < height && from_x >= 0 && from_x < width;
        bytes.push_back(inside ? image[(from_y * width + from_x) * channels + c] : std::uint8_t(0));
      }
  if (a.policy != data::Policy::none) {
    std::vector<std::uint8_t> room(bytes.size());
    data::apply_policy(data::cifar10_policy, {bytes.data(), height, width, channels, room.data()},
                       tet::Random(seed, tet::stream::policy + epoch), std::uint64_t(i));
  }
  auto const [mean, deviation] = normalization(channels);
  std::vector<float> values;
  for (std::size_t k = 0; k < bytes.size(); ++k) {
    std::size_t const c = k % std::size_t(channels);
    values.push_back((float(bytes[k]) / 255.0f - mean[c]) / deviation[c]);
  }
  if (a.cutout == 0) return values;
  Index const top = draw(cuts, 2 * i, height) - a.cutout / 2, left = draw(cuts, 2 * i + 1, width) - a.cutout / 2;
  for (Index y = std::max<Index>(top, 0); y < std::min(top + a.cutout, height); ++y)
    for (Index x = std::max<Index>(left, 0); x < std::min(left + a.cutout, width); ++x)
      for (Index c = 0; c < channels; ++c) values[std::size_t((y * width + x) * channels + c)] = 0;
  return values;
}

/// The values of a batch, whatever its form.
std::vector<float> values_of(tet::Batch const& batch) {
  auto const images = tet::detail::images_of(batch);
  if (images.count == 0) return batch.values;
  CHECK(batch.values.empty());
  std::vector<float> values;
  for (Index k = 0; k < batch.batch_size * batch.shape.size(); ++k) values.push_back(images[k]);
  return values;
}

/// Batches of a shuffled epoch, from its second one on.
template <class Set>
std::vector<tet::Batch> epoch_of(Set const& set, tet::ImageForm form, data::Mix mix = {}) {
  std::vector<tet::Batch> all;
  for (tet::Batch const& batch : data::batches(set, {.batch_size = 5,
                                                    .order = data::Order::shuffled,
                                                    .seed = {4},
                                                    .epoch = 2,
                                                    .first_batch = 1,
                                                    .mix = mix,
                                                    .images = form}))
    all.push_back(batch);
  return all;
}

/// Both forms of a set's batches are the same values, to the bit.
template <class Set>
void check_forms(Set const& set) {
  auto const values = epoch_of(set, tet::ImageForm::values), bytes = epoch_of(set, tet::ImageForm::bytes);
  REQUIRE(values.size() == 4);
  REQUIRE(bytes.size() == 4);
  for (std::size_t n = 0; n < 4; ++n) {
    CHECK(values[n].images.pixels.empty());
    CHECK(Index(bytes[n].images.pixels.size()) == bytes[n].batch_size * set.shape().size());
    CHECK(values_of(bytes[n]) == values[n].values);
    CHECK(bytes[n].labels == values[n].labels);
  }
}

}  // namespace

TEST_CASE("Images: a sample is what the steps of its augmentation give in turn, to the bit [data]") {
  for (Recipe const& r : recipes) {
    CAPTURE(r.name);
    auto const set = images_of(r).augmented(r.augment);
    std::vector<float> out(std::size_t(r.shape.size()));
    int changed = 0;
    for (std::uint64_t epoch = 0; epoch < 4; ++epoch)
      for (Index i = 0; i < recipe_images; ++i) {
        set.sample(i, tet::Timesteps{1}, {tet::Seed{3}, epoch}, out);
        REQUIRE(out == by_steps(r, i, tet::Seed{3}, epoch));
        changed += out != by_steps({r.name, r.shape, {}}, i, tet::Seed{3}, epoch);
      }
    CHECK((changed > 20) == (&r != &recipes[0]));
  }
}

TEST_CASE("Images: batches as bytes become the values of batches of values, to the bit [data]") {
  for (Recipe const& r : recipes) {
    CAPTURE(r.name);
    auto const set = images_of(r).augmented(r.augment);
    check_forms(set);
    check_forms(data::AnyDataset(set));
    check_forms(data::AnyDataset(data::Subset(set, 1, 22)));
  }
}

TEST_CASE("batches: what has no bytes, or is mixed, comes as values [data]") {
  auto const expect_values = [](auto const& set, data::Mix mix) {
    auto const values = epoch_of(set, tet::ImageForm::values, mix), asked = epoch_of(set, tet::ImageForm::bytes, mix);
    REQUIRE(asked.size() == values.size());
    for (std::size_t n = 0; n < asked.size(); ++n) {
      CHECK(asked[n].images.pixels.empty());
      CHECK(asked[n].values == values[n].values);
      CHECK(asked[n].shares == values[n].shares);
    }
  };
  support::Numbered const numbered{.count = 20};
  expect_values(numbered, {});
  expect_values(data::AnyDataset(numbered), {});
  expect_values(data::first(data::AnyDataset(numbered), 15), {});
  expect_values(images_of(recipes[7]).augmented(recipes[7].augment), {.mixup = 1, .probability = 0.5});
  std::vector<std::uint8_t> bytes(6);
  CHECK_THROWS_AS(data::AnyDataset(numbered).sample_bytes(0, {}, bytes), std::invalid_argument);
}

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
  CHECK_THROWS_AS(data::Images({3, 4, 2}, 2, pixels, {0}, {{0, NAN}, {1, 1}}), invalid_argument);
  CHECK_THROWS_AS(data::Images({3, 4, 2}, 2, pixels, {0}, {{0, 1}, {1, 1e-40f}}), invalid_argument);
  CHECK_THROWS_AS(one_image().augmented({.crop_padding = -1}), invalid_argument);
  CHECK_THROWS_WITH_AS(data::Images({3, 4, 2}, 2, pixels, {2}, plain),
                       "tet: data::Images: label of image 0: got 2, expected 0 to 1", invalid_argument);
  CHECK_THROWS_AS(data::Images({3, 4, 2}, 2, pixels, {-1}, plain), invalid_argument);
}

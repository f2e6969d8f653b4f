// SPDX-License-Identifier: MIT
#include <tests/data/support.hpp>
#include <tests/support/image_files.hpp>
#include <tests/support/reference.hpp>
#include <tet/data/batches.hpp>
#include <tet/data/image_folder.hpp>
#include <tet/data/subset.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

using namespace tet;

namespace {

data::Normalization const bytes_over_255{.mean = {0, 0, 0}, .deviation = {1, 1, 1}};

class Tree : public fixture::ScratchFolder {
 public:
  void add(std::string const& name, std::string const& content) {
    std::filesystem::create_directories(std::filesystem::path(file(name)).parent_path());
    fixture::write_content(file(name), content);
  }
};

std::string png_of(Index height, Index width) {
  return test::png_file(height, width, PNG_FORMAT_RGB, test::slope_pixels(height, width));
}

std::vector<float> sample(data::ImageFolder const& set, Index i, data::Draw draw = {}) {
  std::vector<float> values(std::size_t(set.shape().size()), -77.0f);
  set.sample(i, Timesteps{1}, draw, values);
  return values;
}

}  // namespace

TEST_CASE("ImageFolder: classes and images are numbered by name, as torchvision's ImageFolder does [data]") {
  Tree tree;
  for (char const* const name :
       {"zebra/b.PNG", "zebra/a.png", "ant/2.jpg", "ant/10.png", "ant/sub/1.jpeg", "ant/sub-1/x.png", "Bee/1.png"})
    tree.add(name, png_of(4, 4));
  for (char const* const name : {"ant/notes.txt", "ant/.hidden.png", "readme.png", ".git/x.png", "ant/png"})
    tree.add(name, "x");
  data::ImageFolder const set(tree.path(), {.size = 4, .shorter_side = 4});
  CHECK(set.class_names() == std::vector<std::string>{"Bee", "ant", "zebra"});
  std::vector<std::string> names;
  std::vector<int> labels;
  for (Index i = 0; i < set.size(); ++i) {
    names.push_back(set.path(i).substr(tree.path().size() + 1));
    labels.push_back(set.label(i));
  }
  CHECK(names == std::vector<std::string>{"Bee/1.png", "ant/10.png", "ant/2.jpg", "ant/sub/1.jpeg", "ant/sub-1/x.png",
                                          "zebra/a.png", "zebra/b.PNG"});
  CHECK(labels == std::vector<int>{0, 1, 1, 1, 1, 2, 2});
  CHECK(set.classes() == 3);
  CHECK(set.shape() == Shape{4, 4, 3});
}

TEST_CASE("ImageFolder: the middle of an image, in its own size, is normalised bytes [data]") {
  Tree tree;
  Index const H = 9, W = 14;
  tree.add("a/wide.png", png_of(H, W));
  tree.add("a/x.png", png_of(W, H));
  data::Normalization const n{.mean = {0.5f, 0.25f, 0.125f}, .deviation = {0.5f, 2, 4}};
  data::ImageFolder const set(tree.path(), {.size = 5, .shorter_side = 9, .normalization = n});
  auto const wide = sample(set, 0), high = sample(set, 1);
  auto const pixels = test::slope_pixels(H, W), turned = test::slope_pixels(W, H);
  for (Index y = 0; y < 5; ++y)
    for (Index x = 0; x < 5; ++x)
      for (Index c = 0; c < 3; ++c) {
        auto const at = std::size_t((y * 5 + x) * 3 + c);
        auto const normal = [&](std::uint8_t byte) {
          return (float(byte) / 255.0f - n.mean[std::size_t(c)]) / n.deviation[std::size_t(c)];
        };
        // (14 - 5) / 2 = 4.5 goes to the even neighbour, 4, as Python rounds.
        CHECK(wide[at] == doctest::Approx(normal(pixels[std::size_t(((y + 2) * W + x + 4) * 3 + c)])));
        CHECK(high[at] == doctest::Approx(normal(turned[std::size_t(((y + 4) * H + x + 2) * 3 + c)])));
      }
}

TEST_CASE("ImageFolder: the shorter side is resized, the longer one keeps the aspect [data]") {
  Tree tree;
  tree.add("a/1.png", png_of(8, 24));  // slopes 3 a column and 2 a row, in red and green
  data::ImageFolder const set(tree.path(), {.size = 4, .shorter_side = 4, .normalization = bytes_over_255});
  auto const values = sample(set, 0);
  for (std::size_t y = 1; y < 3; ++y)
    for (std::size_t x = 0; x < 4; ++x) {
      // 4 x 12 after resizing, its columns 4 … 7: each new one is the mean place of two old ones.
      CHECK(255 * values[(y * 4 + x) * 3] == doctest::Approx(40 + 3 * (2 * double(x + 4) + 0.5)));
      CHECK(255 * values[(y * 4 + x) * 3 + 1] == doctest::Approx(50 + 2 * (2 * double(y) + 0.5)));
    }
}

TEST_CASE("ImageFolder: random crops are functions of seed, epoch and index, and all of a kind [data]") {
  Tree tree;
  Index const H = 40, W = 60;
  for (char const* const name : {"a/1.png", "a/2.png", "b/3.png"}) tree.add(name, png_of(H, W));
  data::ImageFolder const plain(tree.path(), {.size = 8, .shorter_side = 8, .normalization = bytes_over_255});
  auto const set = plain.augmented({});
  data::Draw const draw{Seed{5}, 2};
  CHECK(sample(set, 0, draw) == sample(set, 0, draw));
  CHECK(sample(set, 0, draw) != sample(set, 1, draw));
  CHECK(sample(set, 0, draw) != sample(set, 0, data::Draw{Seed{5}, 3}));
  CHECK(sample(set, 0, draw) != sample(set, 0, data::Draw{Seed{6}, 2}));
  CHECK(sample(plain, 0, draw) == sample(plain, 0));

  int flipped = 0;
  double smallest = 1e9, largest = 0;
  for (std::uint64_t epoch = 0; epoch < 300; ++epoch) {
    auto const values = sample(set, 0, data::Draw{Seed{7}, epoch});
    // Red is 40 + 3 x of the source: the slope between the middle columns tells width and direction of the crop.
    double const slope = double(values[(3 * 8 + 5) * 3] - values[(3 * 8 + 2) * 3]) * 255 / 3,
                 columns = 8 * std::abs(slope) / 3;
    double const down = double(values[(5 * 8 + 3) * 3 + 1] - values[(2 * 8 + 3) * 3 + 1]) * 255 / 3,
                 rows = 8 * down / 2;
    flipped += slope < 0;
    double const area = rows * columns / double(H * W), aspect = columns / rows;
    smallest = std::min(smallest, area);
    largest = std::max(largest, area);
    CHECK(area > 0.06);  // 0.08 but for rounding to whole pixels
    CHECK(area < 1.01);
    CHECK(aspect > 0.69);
    CHECK(aspect < 1.45);
    for (float const value : values) {
      CHECK(value >= 40 / 255.0f - 1e-4f);
      CHECK(value <= 220 / 255.0f + 1e-4f);
    }
  }
  CHECK(flipped > 110);
  CHECK(flipped < 190);
  CHECK(smallest < 0.15);
  CHECK(largest > 0.7);
}

TEST_CASE("ImageFolder: an image too narrow for any crop gives its largest centred one [data]") {
  Tree tree;
  tree.add("a/1.png", png_of(4, 64));
  auto const set = data::ImageFolder(tree.path(), {.size = 3, .shorter_side = 3, .normalization = bytes_over_255})
                       .augmented({.least_area = 0.9, .least_aspect = 1, .most_aspect = 1, .flip = data::Flip::none});
  auto const values = sample(set, 0);
  CHECK(255 * values[(1 * 3 + 1) * 3] == doctest::Approx(40 + 3 * 31.5));  // 4 x 4 from column 30 on: its middle
}

TEST_CASE("ImageFolder: any number of threads gives the same batches, parts of the set too [data]") {
  Tree tree;
  for (int i = 0; i < 12; ++i) {
    std::string const name = (i % 2 == 0 ? "even/" : "odd/") + std::to_string(i);
    if (i % 3 == 0) tree.add(name + ".jpg", test::jpeg_file(20 + i, 31, 3, test::slope_pixels(20 + i, 31)));
    else tree.add(name + ".png", png_of(30, 20 + i));
  }
  auto const batches = [&](int threads, Index prefetch) {
    auto const set = data::ImageFolder(tree.path(), {.size = 16, .shorter_side = 18, .threads = threads}).augmented({});
    std::vector<float> all;
    for (Batch const& batch : data::batches(data::first(set, 11), {.batch_size = 4,
                                                                  .timesteps = {2},
                                                                  .order = data::Order::shuffled,
                                                                  .seed = Seed{1},
                                                                  .prefetch = prefetch})) {
      all.insert(all.end(), batch.values.begin(), batch.values.end());
      all.insert(all.end(), batch.labels.begin(), batch.labels.end());
    }
    return all;
  };
  auto const want = batches(1, 0);
  CHECK(want.size() == 11 * (16 * 16 * 3 + 1));
  CHECK(batches(4, 0) == want);
  CHECK(batches(3, 2) == want);
}

TEST_CASE("ImageFolder: a file that breaks off in a batch is named, whichever thread reads it [data]") {
  Tree tree;
  for (int i = 0; i < 8; ++i) tree.add("a/" + std::to_string(i) + ".png", png_of(12, 12));
  std::string const whole = png_of(12, 12);
  for (char const* const name : {"a/5.png", "a/7.png"}) tree.add(name, whole.substr(0, whole.size() / 2));
  data::ImageFolder const set(tree.path(), {.size = 8, .shorter_side = 8, .threads = 4});
  for (Index const prefetch : {0, 2}) {
    data::BatchStream stream(set, {.batch_size = 8, .prefetch = prefetch});
    CHECK(support::io_error([&] { stream.next(); }).path() == tree.file("a/5.png"));
  }
}

TEST_CASE("ImageFolder: trees and options that cannot be used are refused [data]") {
  Tree tree;
  CHECK(support::io_error([&] { data::ImageFolder(tree.file("none")); }).path() == tree.file("none"));
  CHECK(test::mentions(support::io_error([&] { data::ImageFolder(tree.path()); }).expected(), "each class"));
  tree.add("full/1.png", png_of(4, 4));
  std::filesystem::create_directories(tree.file("empty"));
  CHECK(support::io_error([&] { data::ImageFolder(tree.path()); }).path() == tree.file("empty"));
  tree.add("empty/1.png", png_of(4, 4));
  std::filesystem::create_directory_symlink(tree.path(), tree.file("empty/circle"));
  CHECK(test::mentions(support::io_error([&] { data::ImageFolder(tree.path()); }).got(), "32 folders"));
  std::filesystem::remove(tree.file("empty/circle"));

  auto const refusal = [&](data::ImageFolderOptions const& options) {
    return test::message_of<std::invalid_argument>([&] { data::ImageFolder(tree.path(), options); });
  };
  CHECK(test::mentions(refusal({.size = 0}), "size", "got 0"));
  CHECK(test::mentions(refusal({.size = 9, .shorter_side = 8}), "shorter_side", "at least 9"));
  CHECK(test::mentions(refusal({.threads = 0}), "threads"));
  CHECK(test::mentions(refusal({.normalization = {.mean = {0}, .deviation = {1}}}), "1 means"));
  CHECK(test::mentions(refusal({.normalization = {.mean = {0, 0, 0}, .deviation = {1, 0, 1}}}), "above 0"));
  data::ImageFolder const set(tree.path());
  auto const crop_refusal = [&](data::RandomResizedCrop const& crop) {
    return test::message_of<std::invalid_argument>([&] { set.augmented(crop); });
  };
  CHECK(test::mentions(crop_refusal({.least_area = 0}), "area"));
  CHECK(test::mentions(crop_refusal({.most_area = 1.1}), "area"));
  CHECK(test::mentions(crop_refusal({.least_aspect = 2}), "aspect"));
}

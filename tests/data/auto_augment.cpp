// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <tet/core/checksum.hpp>
#include <tet/data/auto_augment.hpp>
#include <tet/data/images.hpp>

#include <functional>
#include <map>
#include <set>

using tet::Index;
namespace data = tet::data;

namespace {

constexpr Index height = 24, width = 32;

std::vector<std::uint8_t> picture() {
  std::vector<std::uint8_t> bytes;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        bytes.push_back(
            std::uint8_t((x * 37 + y * 91 + c * 53 + x * y * 11 + (c == 1 ? x * x * 5 : 0)) % 200 + (c == 2 ? 20 : 0)));
  return bytes;
}

/// The picture after an operation.
template <class Operation>
std::vector<std::uint8_t> after(Operation operation, std::vector<std::uint8_t> bytes = picture(), Index h = height,
                                Index w = width, Index channels = 3) {
  std::vector<std::uint8_t> room(bytes.size());
  operation(data::Pixels{bytes.data(), h, w, channels, room.data()});
  return bytes;
}

std::uint64_t checksum(std::vector<std::uint8_t> const& bytes) {
  tet::Crc64 crc;
  crc.update(std::as_bytes(std::span(bytes)));
  return crc.value();
}

}  // namespace

TEST_CASE("Pixel operations: each gives the bytes that Pillow 13.0 gives [data]") {
  using data::Pixels;
  struct Case {
    char const* name;
    std::function<void(Pixels const&)> operation;
    std::uint64_t checksum;  // of the bytes that Pillow makes of the picture
  };
  Case const cases[] = {
      {"shear_x", [](Pixels const& p) { data::shear_x(p, 0.13); }, 0x75fab7ec70db6f93},
      {"shear_y", [](Pixels const& p) { data::shear_y(p, -0.3); }, 0xc550841001203306},
      {"translate_x", [](Pixels const& p) { data::translate_x(p, 2); }, 0xd6e5e90ce701da63},
      {"translate_y", [](Pixels const& p) { data::translate_y(p, -3); }, 0xc6dd88308b88dfff},
      {"rotate by 20", [](Pixels const& p) { data::rotate(p, 20); }, 0xbe678eaea78d9221},
      {"rotate by -30", [](Pixels const& p) { data::rotate(p, -30); }, 0xec6c77e414361faa},
      {"color 1.6", [](Pixels const& p) { data::adjust_color(p, 1.6f); }, 0x767fa56731a6b06c},
      {"color 0.3", [](Pixels const& p) { data::adjust_color(p, 0.3f); }, 0x869230509ab5636a},
      {"contrast 1.7", [](Pixels const& p) { data::adjust_contrast(p, 1.7f); }, 0x5ae01a234c2528a9},
      {"contrast 0.4", [](Pixels const& p) { data::adjust_contrast(p, 0.4f); }, 0xe68f0b80873ac902},
      {"brightness 1.9", [](Pixels const& p) { data::adjust_brightness(p, 1.9f); }, 0x867f31592d2e5058},
      {"brightness 0.1", [](Pixels const& p) { data::adjust_brightness(p, 0.1f); }, 0xdcf021514b6c57c6},
      {"sharpness 1.9", [](Pixels const& p) { data::adjust_sharpness(p, 1.9f); }, 0xfbc76c01cdc5cba1},
      {"sharpness 0.2", [](Pixels const& p) { data::adjust_sharpness(p, 0.2f); }, 0x2120eec9919819ba},
      {"posterize", [](Pixels const& p) { data::posterize(p, 5); }, 0x77f197d110f47659},
      {"solarize", [](Pixels const& p) { data::solarize(p, 110); }, 0x1f47d657914eb9f},
      {"invert", [](Pixels const& p) { data::invert(p); }, 0x1e8e225915679112},
      {"autocontrast", [](Pixels const& p) { data::autocontrast(p); }, 0x384b7d02541779a},
      {"equalize", [](Pixels const& p) { data::equalize(p); }, 0xbbba7ecade003aee},
  };
  for (Case const& c : cases) {
    CAPTURE(c.name);
    CHECK(checksum(after(c.operation)) == c.checksum);
  }
}

TEST_CASE("Pixel operations: hand-worked rows of one channel [data]") {
  using Bytes = std::vector<std::uint8_t>;
  using data::Pixels;
  auto const row = [](auto operation, Bytes bytes) {
    Index const size = Index(bytes.size());
    return after(operation, std::move(bytes), 1, size, 1);
  };
  CHECK(row([](Pixels const& p) { data::translate_x(p, 1); }, {1, 2, 3}) == Bytes{2, 3, 0});
  CHECK(row([](Pixels const& p) { data::rotate(p, 180); }, {1, 2, 3}) == Bytes{3, 2, 1});
  CHECK(row([](Pixels const& p) { data::posterize(p, 4); }, {0, 15, 16, 255}) == Bytes{0, 0, 16, 240});
  CHECK(row([](Pixels const& p) { data::posterize(p, 8); }, {1, 15, 254}) == Bytes{1, 15, 254});
  CHECK(row([](Pixels const& p) { data::solarize(p, 100); }, {99, 100, 255}) == Bytes{99, 155, 0});
  CHECK(row([](Pixels const& p) { data::autocontrast(p); }, {50, 101, 152}) == Bytes{0, 127, 255});
  CHECK(row([](Pixels const& p) { data::autocontrast(p); }, {7, 7}) == Bytes{7, 7});
  CHECK(row([](Pixels const& p) { data::adjust_brightness(p, 1.5f); }, {10, 200}) == Bytes{15, 255});
  CHECK(row([](Pixels const& p) { data::adjust_contrast(p, 0.5f); }, {0, 100}) == Bytes{25, 75});
  CHECK(row([](Pixels const& p) { data::adjust_color(p, 0.0f); }, {9, 77}) == Bytes{9, 77});
  CHECK(row([](Pixels const& p) { data::adjust_sharpness(p, 1.9f); }, {9, 77, 3}) == Bytes{9, 77, 3});  // all border
  CHECK(row([](Pixels const& p) { data::equalize(p); }, {9, 77, 3}) == Bytes{9, 77, 3});  // too few for a table
}

TEST_CASE("AutoAugment: levels reach the stated ends, and level 0 changes nothing [data]") {
  using data::PixelOp;
  using data::Pixels;
  auto const leveled = [](PixelOp op, int level, int sign) {
    return after([&](Pixels const& p) { data::apply(op, level, sign, p); });
  };
  for (PixelOp const op :
       {PixelOp::shear_x, PixelOp::shear_y, PixelOp::translate_x, PixelOp::translate_y, PixelOp::rotate, PixelOp::color,
        PixelOp::contrast, PixelOp::brightness, PixelOp::sharpness, PixelOp::posterize, PixelOp::solarize}) {
    CAPTURE(int(op));
    CHECK(leveled(op, 0, 1) == picture());
    CHECK(leveled(op, 9, 1) != picture());
  }
  CHECK(leveled(PixelOp::translate_x, 9, -1) == after([](Pixels const& p) { data::translate_x(p, -14); }));
  CHECK(leveled(PixelOp::translate_y, 9, 1) == after([](Pixels const& p) { data::translate_y(p, 10); }));
  CHECK(leveled(PixelOp::rotate, 9, -1) == after([](Pixels const& p) { data::rotate(p, -30); }));
  CHECK(leveled(PixelOp::posterize, 9, 1) == after([](Pixels const& p) { data::posterize(p, 4); }));
  CHECK(leveled(PixelOp::posterize, 7, 1) == after([](Pixels const& p) { data::posterize(p, 5); }));
  CHECK(leveled(PixelOp::solarize, 9, 1) == after([](Pixels const& p) { data::invert(p); }));
  CHECK(leveled(PixelOp::brightness, 9, -1) == after([](Pixels const& p) { data::adjust_brightness(p, 0.1f); }));
  CHECK(leveled(PixelOp::color, 9, 1) == after([](Pixels const& p) { data::adjust_color(p, 1.9f); }));
}

TEST_CASE("apply_policy: sub-policies, chances and directions are drawn as often as stated [data]") {
  using data::PixelOp;
  // A pixel in the middle of a row moves left or right: its column tells what was done.
  std::array<data::SubPolicy, 2> const policy = {{{{{PixelOp::translate_x, 0.25, 9}, {PixelOp::invert, 0.0}}},
                                                  {{{PixelOp::invert, 1.0}, {PixelOp::invert, 1.0}}}}};
  std::map<std::vector<std::uint8_t>, int> seen;
  std::vector<std::uint8_t> const row{0, 0, 9, 0, 0};
  for (std::uint64_t n = 0; n < 8000; ++n)
    ++seen[after([&](data::Pixels const& p) { data::apply_policy(policy, p, tet::Random(tet::Seed{3}, 1), n); }, row, 1,
                 5, 1)];
  REQUIRE(seen.size() == 3);
  CHECK(seen[row] == doctest::Approx(7000).epsilon(0.02));            // +- 30
  CHECK(seen[{9, 0, 0, 0, 0}] == doctest::Approx(500).epsilon(0.2));  // +- 22
  CHECK(seen[{0, 0, 0, 0, 9}] == doctest::Approx(500).epsilon(0.2));
  CHECK(data::cifar10_policy[6][1].op == PixelOp::brightness);
  CHECK(data::cifar10_policy[6][1].probability == 0.6);
  CHECK(data::cifar10_policy[6][1].level == 7);
}

TEST_CASE("Images: policy and cutout are functions of seed, epoch and image, and leave the plain set alone [data]") {
  data::Normalization const plain{{0, 0, 0}, {1.0f / 255, 1.0f / 255, 1.0f / 255}};
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < 20; ++i)
    for (std::uint8_t const byte : picture()) pixels.push_back(std::uint8_t(byte / 2 + i + 20));  // none is 0
  data::Images const images({height, width, 3}, 2, pixels, std::vector<int>(20, 1), plain);
  auto const train = images.augmented({.policy = data::Policy::cifar10, .cutout = 8});
  auto const drawn = [](data::Images const& set, Index i, std::uint64_t seed, std::uint64_t epoch) {
    std::vector<float> out(std::size_t(set.shape().size()));
    set.sample(i, tet::Timesteps{1}, {tet::Seed{seed}, epoch}, out);
    return out;
  };
  int same_epoch = 0, same_seed = 0;
  for (Index i = 0; i < 20; ++i) {
    auto const first = drawn(train, i, 1, 1);
    CHECK(drawn(train, i, 1, 1) == first);
    same_epoch += drawn(train, i, 1, 2) == first;
    same_seed += drawn(train, i, 2, 1) == first;
  }
  CHECK(same_epoch <= 1);
  CHECK(same_seed <= 1);
  auto const untouched = drawn(images, 4, 1, 1);
  for (std::size_t k = 0; k < untouched.size(); ++k)
    REQUIRE(untouched[k] == doctest::Approx(pixels[std::size_t(4 * images.shape().size()) + k]).epsilon(1e-5));

  // Cutout alone: a square of 8x8, cut off at the border, in all channels; everything else stays.
  auto const holes = images.augmented({.cutout = 8});
  std::set<Index> areas;
  for (std::uint64_t epoch = 0; epoch < 300; ++epoch) {
    auto const out = drawn(holes, 4, 1, epoch);
    Index top = height, bottom = 0, left = width, right = 0, area = 0;
    for (Index y = 0; y < height; ++y) {
      for (Index x = 0; x < width; ++x) {
        std::size_t const at = std::size_t(3 * (y * width + x));
        bool const hole = out[at] == 0 && out[at + 1] == 0 && out[at + 2] == 0;
        if (!hole) {
          REQUIRE(std::equal(out.begin() + Index(at), out.begin() + Index(at) + 3, untouched.begin() + Index(at)));
          continue;
        }
        ++area;
        top = std::min(top, y), bottom = std::max(bottom, y + 1), left = std::min(left, x),
        right = std::max(right, x + 1);
      }
    }
    REQUIRE(area == (bottom - top) * (right - left));
    bool const inner = top > 0 && left > 0 && bottom < height && right < width;
    REQUIRE((inner ? area == 64 : area >= 16));
    REQUIRE(area <= 64);
    areas.insert(area);
  }
  CHECK(areas.size() > 5);  // whole, and cut off at each side
  CHECK_THROWS_AS(images.augmented({.cutout = -1}), std::invalid_argument);
  data::Images const two({1, 1, 2}, 2, {1, 2}, {0}, {{0, 0}, {1, 1}});
  CHECK_THROWS_AS(two.augmented({.policy = data::Policy::cifar10}), std::invalid_argument);
}

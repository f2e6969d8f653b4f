// SPDX-License-Identifier: MIT
#include "../support/golden.hpp"

#include "../support/scratch_folder.hpp"

#include <tet/io/safetensors_writer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using golden::Array;
using tet::Index;

char const* const topics[] = {"surrogate",   "lif",     "lif_state", "lif_edge",   "loss",     "bn",   "conv",
                              "pool_linear", "tiny_bn", "tiny_nobn", "tiny_aplif", "residual", "optim"};

/// Sets TET_GOLDEN_DIR for one test.
class GoldenFolder {
 public:
  explicit GoldenFolder(std::string const& folder) {
    if (char const* const text = std::getenv("TET_GOLDEN_DIR")) old_ = text;
    ::setenv("TET_GOLDEN_DIR", folder.c_str(), 1);
  }
  ~GoldenFolder() {
    if (old_.empty()) ::unsetenv("TET_GOLDEN_DIR");
    else ::setenv("TET_GOLDEN_DIR", old_.c_str(), 1);
  }

 private:
  std::string old_;
};

Array<double> counting(golden::Extents shape) {
  Array<double> array{"counting", std::move(shape), {}};
  Index count = 1;
  for (Index const e : array.shape) count *= e;
  for (Index i = 0; i < count; ++i) array.values.push_back(double(i));
  return array;
}

}  // namespace

TEST_CASE("golden files: every array of every file is read, and the float file is the double one rounded [io]") {
  for (char const* const topic : topics) {
    CAPTURE(topic);
    golden::File<double> wide(topic);
    golden::File<float> single(topic);
    REQUIRE(wide.names() == single.names());
    CHECK(wide.names().size() > 1);
    for (auto const& tensor : wide.names()) {
      CAPTURE(tensor);
      auto const file = tet::io::SafetensorsFile::read(wide.path());
      if (file[tensor].dtype() == tet::io::Dtype::i64) {
        CHECK(wide.integers(tensor).values == single.integers(tensor).values);
        continue;
      }
      auto const a = wide[tensor];
      auto const b = single[tensor];
      CHECK(a.shape == b.shape);
      std::vector<float> const rounded(a.values.begin(), a.values.end());
      CHECK(rounded == b.values);
    }
    CHECK(golden::unchecked(wide).empty());
    CHECK(golden::unchecked(single).empty());
  }
}

TEST_CASE("golden::file: remembers what was read and names what was not [io]") {
  golden::File<double> lif("lif_state");
  auto const all = lif.names();
  CHECK(golden::unchecked(lif) == all);
  static_cast<void>(lif[all[1]]);
  CHECK(lif.contains(all[0]));
  auto rest = all;
  rest.erase(rest.begin() + 1);
  CHECK(golden::unchecked(lif) == rest);
  lif.mark(all[0]);
  CHECK(golden::unchecked(lif).size() == all.size() - 2);
  CHECK(&golden::file<double>("lif") == &golden::file<double>("lif"));
  CHECK(golden::file<float>("lif").name() == "lif.f32");
}

TEST_CASE("golden::file: a missing file or array is an error with its name [io]") {
  golden::File<double> lif("lif");
  CHECK_THROWS_WITH_AS(static_cast<void>(lif["p9.x"]), doctest::Contains("p9.x"), std::runtime_error);
  CHECK_THROWS_WITH_AS(static_cast<void>(lif.number("p0.x")), doctest::Contains("lif.f64/p0.x"), std::runtime_error);
  CHECK_THROWS_WITH_AS(golden::file<float>("nothing"), doctest::Contains("nothing.f32.safetensors"), tet::IoError);
}

TEST_CASE("golden::file: the environment names another folder [io]") {
  fixture::ScratchFolder folder;
  GoldenFolder const setting(folder.path());
  std::vector<double> const values{1, 2, 3};
  tet::io::write_safetensors(folder.file("lif.f64.safetensors"),
                             std::vector{tet::io::NamedTensor::of("x", {3}, std::span<double const>(values))});
  CHECK(golden::file<double>("lif").names() == std::vector<std::string>{"x"});
  CHECK_THROWS_AS(golden::file<double>("conv"), tet::IoError);
}

TEST_CASE("golden: axes are reordered and back [io]") {
  auto const image = counting({2, 3, 4, 5, 6});  // [T, B, C, H, W]
  auto const last = golden::to_channels_last(image);
  for (Index n = 0; n < 6; ++n)
    for (Index c = 0; c < 4; ++c)
      for (Index h = 0; h < 5; ++h)
        for (Index w = 0; w < 6; ++w)
          REQUIRE(last[std::size_t(((n * 5 + h) * 6 + w) * 4 + c)] ==
                  image.values[std::size_t(((n * 4 + c) * 5 + h) * 6 + w)]);
  CHECK(golden::to_channels_first(last, image.shape) == image.values);
  CHECK_THROWS_AS(golden::to_channels_last(counting({2, 3})), std::runtime_error);

  auto const conv = counting({4, 3, 2, 5});  // [O][I][Kh][Kw]
  auto const conv_ours = golden::conv_from_torch(conv);
  for (Index o = 0; o < 4; ++o)
    for (Index i = 0; i < 3; ++i)
      for (Index p = 0; p < 2; ++p)
        for (Index q = 0; q < 5; ++q)
          REQUIRE(conv_ours[std::size_t(((p * 5 + q) * 3 + i) * 4 + o)] ==
                  conv.values[std::size_t(((o * 3 + i) * 2 + p) * 5 + q)]);
  CHECK(golden::conv_to_torch(conv_ours, conv.shape) == conv.values);

  auto const linear = counting({3, 24});  // [O][I]
  auto const plain = golden::linear_from_torch(linear);
  for (Index o = 0; o < 3; ++o)
    for (Index i = 0; i < 24; ++i) REQUIRE(plain[std::size_t(i * 3 + o)] == linear.values[std::size_t(o * 24 + i)]);
  CHECK(golden::linear_to_torch(plain, linear.shape) == linear.values);

  golden::Flattened const flat{.channels = 4, .height = 2, .width = 3};
  auto const reordered = golden::linear_from_torch(linear, flat);
  for (Index o = 0; o < 3; ++o)
    for (Index c = 0; c < 4; ++c)
      for (Index h = 0; h < 2; ++h)
        for (Index w = 0; w < 3; ++w)
          REQUIRE(reordered[std::size_t(((h * 3 + w) * 4 + c) * 3 + o)] ==
                  linear.values[std::size_t(o * 24 + (c * 2 + h) * 3 + w)]);
  CHECK(golden::linear_to_torch(reordered, linear.shape, flat) == linear.values);
}

TEST_CASE("golden::compare: the largest difference against the largest value, never fooled by NaN [io]") {
  std::vector<double> const want{1, -4, 0};
  CHECK(golden::compare(want, want).within(0));
  auto const c = golden::compare(std::vector{1.0, -4.0, 0.25}, want);
  CHECK(c.error == 0.25);
  CHECK(c.scale == 4);
  CHECK(c.at == 2);
  CHECK(c.within(0.0625));
  CHECK_FALSE(c.within(0.06));
  CHECK_FALSE(golden::compare(std::vector{1.0, double(NAN), 0.0}, want).within(1e300));
  CHECK_FALSE(golden::compare(std::vector{1.0, double(INFINITY), 0.0}, want).within(1));
  CHECK_FALSE(golden::compare(std::vector{1e-9}, std::vector{0.0}).within(1));
  CHECK(golden::check_close(std::vector{1.0f, -4.0f, 0.25f}, Array<double>{"want", {3}, want}, 0.0625));
  CHECK(golden::check_equal(std::vector{1, -4, 0}, Array<double>{"want", {3}, want}));
}

TEST_CASE("golden::check_close: a difference fails the test [io]" * doctest::should_fail()) {
  golden::check_close(std::vector{1.0, 2.1}, Array<double>{"planted difference, expected here", {2}, {1, 2}}, 0.01);
}

TEST_CASE("golden::check_close: another number of values fails the test [io]" * doctest::should_fail()) {
  golden::check_close(std::vector{1.0}, Array<double>{"planted difference, expected here", {2}, {1, 2}}, 0.01);
}

TEST_CASE("golden::check_equal: a flipped spike fails the test [io]" * doctest::should_fail()) {
  golden::check_equal(std::vector{1.0, 0.0}, Array<double>{"planted difference, expected here", {2}, {1, 1}});
}

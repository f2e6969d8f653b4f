// SPDX-License-Identifier: MIT
#include <tet/backend/cpu/convert.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace tet;

namespace {

template <class Kind>
Index position_of_bad(std::vector<float> const& values, Index channels) {
  using View = Activation<Kind, float>;
  Index const pixels = Index(values.size()) / channels;
  std::vector<typename View::Element> data(std::size_t(pixels * View::elements_per_pixel(channels)),
                                           typename View::Element(1));
  View const x{data.data(), pixels, channels};
  Cpu exec(1);
  Index const bad = convert_input(exec, values.data(), x);
  if (bad < 0)
    for (Index i = 0; i < Index(values.size()); ++i)
      CHECK(x.value(i / channels, i % channels) == doctest::Approx(values[std::size_t(i)]).epsilon(1e-6));
  return bad;
}

/// Three images of 3x5 pixels, moved and cut; two channels whose bytes 0, 1, 2 … stand for multiples of a step.
struct MovedImages {
  std::vector<std::uint8_t> pixels;
  std::vector<ImagePlacement> placements{{.shift_y = 1, .shift_x = -2},
                                         {.top = 1, .bottom = 9, .left = 0, .right = 2, .mirrored = true},
                                         {.shift_x = 1, .mirrored = true}};
  std::vector<float> table;

  MovedImages(int bytes, float step) {
    for (int k = 0; k < 90; ++k) pixels.push_back(std::uint8_t(k * 7 % bytes));
    for (int k = 0; k < 512; ++k) table.push_back(step * float(k % 256));
  }
  ByteImages view() const { return {pixels.data(), placements.data(), table.data(), 3, 3, 5, 2}; }
};

template <class Kind, class Scalar = float>
void check_images(MovedImages const& images, Index bad = -1) {
  using View = Activation<Kind, Scalar>;
  std::vector<float> values;
  for (Index i = 0; i < 90; ++i) values.push_back(images.view()[i]);
  for (int const threads : {1, 2}) {
    Cpu exec(threads);
    std::vector<typename View::Element> data(std::size_t(45 * View::elements_per_pixel(2)), 1), want = data;
    CHECK(convert_input(exec, images.view(), View{data.data(), 45, 2}, {}) == bad);
    CHECK(convert_input(exec, values.data(), View{want.data(), 45, 2}) == bad);
    CHECK(data == want);
  }
}

float const not_a_number = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("convert_input: analog takes every finite value [backend]") {
  CHECK(position_of_bad<Analog>({0, -1.5f, 1e30f, -0.0f}, 2) == -1);
  CHECK(position_of_bad<Analog>({0, 1, 2, not_a_number}, 2) == 3);
  CHECK(position_of_bad<Analog>({0, infinite, 2, not_a_number}, 2) == 1);
  CHECK(position_of_bad<Analog>({-infinite, 0}, 2) == 0);
}

TEST_CASE("convert_input: spikes take 0 and 1 [backend]") {
  CHECK(position_of_bad<Spike>({0, 1, 1, 0, -0.0f, 1}, 3) == -1);
  CHECK(position_of_bad<Spike>(std::vector<float>(130, 1.0f), 65) == -1);
  CHECK(position_of_bad<Spike>({0, 1, 0.5f, 0}, 2) == 2);
  CHECK(position_of_bad<Spike>({0, 1, 1, 2}, 2) == 3);
  CHECK(position_of_bad<Spike>({-1, 1}, 1) == 0);
  CHECK(position_of_bad<Spike>({1, not_a_number}, 1) == 1);
}

TEST_CASE("convert_input: graded takes the multiples of its divisor's share up to its largest [backend]") {
  using Quarters = Graded<6, 4>;
  CHECK(position_of_bad<Quarters>({0, 0.25f, 0.5f, 1.5f}, 2) == -1);
  CHECK(position_of_bad<Quarters>({0, 1.75f}, 2) == 1);
  CHECK(position_of_bad<Quarters>({0.3f, 0}, 2) == 0);
  CHECK(position_of_bad<Quarters>({0, -0.25f}, 2) == 1);
  CHECK(position_of_bad<Quarters>({not_a_number, 0}, 2) == 0);
  CHECK(position_of_bad<Quarters>({0, infinite}, 2) == 1);
  std::vector<float> thirds;  // a third is no float: the nearest one must do
  for (int count = 0; count <= 255; ++count) thirds.push_back(float(count) / 3);
  CHECK(position_of_bad<Graded<255, 3>>(thirds, 1) == -1);
}

TEST_CASE("convert_input: images as bytes become what their values become [backend]") {
  check_images<Analog>({256, -0.37f});
  check_images<Analog, double>({256, 0.01f});
  check_images<Spike>({2, 1});
  check_images<Graded<8, 4>>({9, 0.25f});
  check_images<Spike>({3, 1}, 5);  // at (0, 2) stands the pixel of (1, 0): bytes 70 % 3 and 77 % 3
}

TEST_CASE("convert_input: images of many pixels, for any number of threads [backend]") {
  std::vector<std::uint8_t> pixels;
  for (int k = 0; k < 3 * 67 * 71; ++k) pixels.push_back(std::uint8_t(k * 13 % 251));
  std::vector<ImagePlacement> const placements{{.shift_y = 3}, {.shift_x = -9, .mirrored = true}, {}};
  std::vector<float> table;
  for (int k = 0; k < 256; ++k) table.push_back(0.1f * float(k));
  ByteImages const images{pixels.data(), placements.data(), table.data(), 3, 67, 71, 1};
  for (int const threads : {1, 2}) {
    Cpu exec(threads);
    std::vector<float> out(pixels.size());
    CHECK(convert_input(exec, images, Activation<Analog, float>{out.data(), 3 * 67 * 71, 1}, {}) == -1);
    for (std::size_t i = 0; i < out.size(); ++i) REQUIRE(out[i] == images[Index(i)]);
  }
}

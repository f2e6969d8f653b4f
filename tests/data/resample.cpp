// SPDX-License-Identifier: MIT
#include <tet/data/resample.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace tet;
using data::AxisCrop;

namespace {

/// A line of grey values, resized; the same of a column.
std::vector<float> resized(std::vector<std::uint8_t> const& values, AxisCrop axis, Index count, bool column) {
  std::vector<std::uint8_t> pixels;
  for (std::uint8_t const v : values)
    for (int c = 0; c < 3; ++c) pixels.push_back(std::uint8_t(v - c));
  std::vector<float> out(std::size_t(3 * count));
  data::Resampler resample;
  AxisCrop const one{0, 1, 1, 0};
  Index const length = Index(values.size());
  if (column) resample(pixels.data(), 1, axis, one, count, 1, out);
  else resample(pixels.data(), length, one, axis, 1, count, out);
  std::vector<float> first;
  for (std::size_t i = 0; i < out.size(); i += 3) {
    CHECK(out[i + 1] == doctest::Approx(out[i] - 1));
    CHECK(out[i + 2] == doctest::Approx(out[i] - 2));
    first.push_back(out[i]);
  }
  return first;
}

void check(std::vector<float> const& got, std::vector<double> const& want) {
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(double(got[i]) == doctest::Approx(want[i]).epsilon(1e-5));
}

}  // namespace

TEST_CASE("Resampler: half the values are hand-worked triangles [data]") {
  // Values 0…3, of which the first result's triangle has the centre 1 and reaches from -1 to 3: weights 3/4, 3/4, 1/4.
  for (bool const column : {false, true})
    check(resized({10, 20, 30, 40}, {0, 4, 2, 0}, 2, column),
          {(3 * 10 + 3 * 20 + 30) / 7.0, (20 + 3 * 30 + 3 * 40) / 7.0});
}

TEST_CASE("Resampler: twice the values lie at quarters, borders stay [data]") {
  for (bool const column : {false, true})
    check(resized({10, 20, 40}, {0, 3, 6, 0}, 6, column), {10, 12.5, 17.5, 25, 35, 40});
}

TEST_CASE("Resampler: odd ratios give what the Python Imaging Library gives [data]") {
  // PIL 13.0, mode F, Image.BILINEAR of 0, 10, 20, 70, 50, 60, 200, here each plus 10.
  std::vector<std::uint8_t> const values{10, 20, 30, 80, 60, 70, 210};
  for (bool const column : {false, true}) {
    check(resized(values, {0, 7, 3, 0}, 3, column), {18.571428, 59.411766, 117.857135});
    check(resized(values, {0, 7, 5, 0}, 5, column), {13.333333, 25.555555, 67.272728, 64.444443, 163.333328});
    check(resized(values, {0, 7, 7, 0}, 7, column), {10, 20, 30, 80, 60, 70, 210});
    check(resized(values, {0, 7, 11, 0}, 11, column),
          {10, 14.545455, 20.909091, 27.272728, 48.181819, 80, 67.272728, 62.727272, 69.090909, 146.363632, 210});
  }
}

TEST_CASE("Resampler: a crop of the result is part of the whole, a crop of the source sees nothing outside [data]") {
  std::vector<std::uint8_t> const values{10, 20, 30, 80, 60, 70, 210};
  for (bool const column : {false, true}) {
    auto const whole = resized(values, {0, 7, 5, 0}, 5, column);
    auto const part = resized(values, {0, 7, 5, 1}, 3, column);
    CHECK(part == std::vector<float>(whole.begin() + 1, whole.begin() + 4));
    CHECK(resized(values, {2, 4, 3, 0}, 3, column) == resized({30, 80, 60, 70}, {0, 4, 3, 0}, 3, column));
  }
}

TEST_CASE("Resampler: both axes at once are one after the other [data]") {
  std::vector<std::uint8_t> pixels;  // [5, 4, 3], linear in row and column: stays so where no border is near
  for (int y = 0; y < 5; ++y)
    for (int x = 0; x < 4; ++x)
      for (int c = 0; c < 3; ++c) pixels.push_back(std::uint8_t(10 * y + 20 * x + 5 * c));
  std::vector<float> out(10 * 8 * 3);
  data::Resampler resample;
  for (int repeat = 0; repeat < 2; ++repeat) {  // room is reused
    resample(pixels.data(), 4, {0, 5, 10, 0}, {0, 4, 8, 0}, 10, 8, out);
    for (int y = 1; y < 9; ++y)
      for (int x = 1; x < 7; ++x)
        for (int c = 0; c < 3; ++c)
          CHECK(out[std::size_t((y * 8 + x) * 3 + c)] ==
                doctest::Approx(10 * ((y + 0.5) / 2 - 0.5) + 20 * ((x + 0.5) / 2 - 0.5) + 5 * c));
    std::vector<float> small(3);
    resample(pixels.data(), 4, {1, 1, 1, 0}, {2, 1, 1, 0}, 1, 1, small);
    CHECK(small == std::vector<float>{50, 55, 60});
  }
}

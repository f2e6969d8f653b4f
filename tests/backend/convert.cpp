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

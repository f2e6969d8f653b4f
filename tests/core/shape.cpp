// SPDX-License-Identifier: MIT
#include <tet/core/shape.hpp>

#include <doctest/doctest.h>

TEST_CASE("Shape: size, channels and pixels follow from the extents [core]") {
  constexpr tet::Shape image{5, 7, 3};
  static_assert(image.rank == 3);
  CHECK(image[0] == 5);
  CHECK(image[1] == 7);
  CHECK(image[2] == 3);
  CHECK(image.size() == 105);
  CHECK(image.channels() == 3);
  CHECK(image.pixels() == 35);
  constexpr tet::Shape features{11};
  static_assert(features.rank == 1);
  CHECK(features.size() == 11);
  CHECK(features.channels() == 11);
  CHECK(features.pixels() == 1);
}

TEST_CASE("Shape: shapes are equal where rank and all extents are [core]") {
  CHECK(tet::Shape{1, 2, 3} == tet::Shape{1, 2, 3});
  CHECK(tet::Shape{1, 2, 3} != tet::Shape{1, 2, 4});
  CHECK(tet::same_shape(tet::Shape{6}, tet::Shape{6}));
  CHECK_FALSE(tet::same_shape(tet::Shape{6}, tet::Shape{7}));
  CHECK_FALSE(tet::same_shape(tet::Shape{6}, tet::Shape{1, 1, 6}));
}

TEST_CASE("Index: ceil_div and round_up at the borders [core]") {
  CHECK(tet::ceil_div(0, 8) == 0);
  CHECK(tet::ceil_div(1, 8) == 1);
  CHECK(tet::ceil_div(8, 8) == 1);
  CHECK(tet::ceil_div(9, 8) == 2);
  CHECK(tet::round_up(0, 16) == 0);
  CHECK(tet::round_up(16, 16) == 16);
  CHECK(tet::round_up(17, 16) == 32);
}

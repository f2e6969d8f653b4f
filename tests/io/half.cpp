// SPDX-License-Identifier: MIT
#include <tet/io/half.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>

TEST_CASE("float_from_f16: all 65536 numbers are sign * 2^e * fraction as binary16 defines them [io]") {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    double const sign = bits >> 15 ? -1 : 1;
    int const exponent = int(bits >> 10 & 31);
    double const fraction = bits & 1023;
    float const got = tet::io::float_from_f16(std::uint16_t(bits));
    CAPTURE(bits);
    if (exponent == 31 && fraction != 0) {
      REQUIRE(std::isnan(got));
      continue;
    }
    double const want = exponent == 31  ? INFINITY
                        : exponent == 0 ? std::ldexp(fraction, -24)
                                        : std::ldexp(1024 + fraction, exponent - 25);
    REQUIRE(double(got) == sign * want);
    REQUIRE(std::signbit(got) == (sign < 0));
  }
}

TEST_CASE("float_from_bf16: all 65536 numbers are sign * 2^e * fraction as bfloat16 defines them [io]") {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    double const sign = bits >> 15 ? -1 : 1;
    int const exponent = int(bits >> 7 & 255);
    double const fraction = bits & 127;
    float const got = tet::io::float_from_bf16(std::uint16_t(bits));
    CAPTURE(bits);
    if (exponent == 255 && fraction != 0) {
      REQUIRE(std::isnan(got));
      continue;
    }
    double const want = exponent == 255 ? INFINITY
                        : exponent == 0 ? std::ldexp(fraction, -133)
                                        : std::ldexp(128 + fraction, exponent - 134);
    REQUIRE(double(got) == sign * want);
    REQUIRE(std::signbit(got) == (sign < 0));
  }
}

TEST_CASE("float_from_f16, float_from_bf16: named values [io]") {
  struct Case {
    char const* name;
    std::uint16_t f16, bf16;
    float value;
  };
  constexpr Case cases[] = {{"zero", 0x0000, 0x0000, 0.0f},         {"one", 0x3C00, 0x3F80, 1.0f},
                            {"minus two", 0xC000, 0xC000, -2.0f},   {"a half", 0x3800, 0x3F00, 0.5f},
                            {"infinity", 0x7C00, 0x7F80, INFINITY}, {"minus infinity", 0xFC00, 0xFF80, -INFINITY}};
  for (auto const& c : cases) {
    CAPTURE(c.name);
    CHECK(tet::io::float_from_f16(c.f16) == c.value);
    CHECK(tet::io::float_from_bf16(c.bf16) == c.value);
  }
  CHECK(tet::io::float_from_f16(0x7BFF) == 65504.0f);
  CHECK(tet::io::float_from_f16(0x0001) == 0x1p-24f);  // the smallest subnormal
  CHECK(tet::io::float_from_f16(0x03FF) == 1023 * 0x1p-24f);
  CHECK(tet::io::float_from_f16(0x0400) == 0x1p-14f);  // the smallest normal
  CHECK(tet::io::float_from_bf16(0x0001) == 0x1p-133f);
  CHECK(std::bit_cast<std::uint32_t>(tet::io::float_from_f16(0x8000)) == 0x80000000u);
}

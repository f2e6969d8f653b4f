// SPDX-License-Identifier: MIT
#include <tet/core/random.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

namespace {

using Counter = tet::Values<std::uint32_t, 4>;
using Key = tet::Values<std::uint32_t, 2>;

struct Case {
  char const* name;
  Counter counter;
  Key key;
  Counter result;
};

// kat_vectors of Random123 1.14, philox 4x32 10.
constexpr std::uint32_t ones = 0xffffffff;
constexpr Case cases[] = {
    {"zeros", {0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {"ones", {ones, ones, ones, ones}, {ones, ones}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {"digits of pi",
     {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

static_assert(tet::philox4x32(cases[0].counter, cases[0].key) == cases[0].result);

}  // namespace

TEST_CASE("philox4x32: published vectors are met [core]") {
  for (Case const& c : cases) {
    CAPTURE(c.name);
    CHECK(tet::philox4x32(c.counter, c.key) == c.result);
  }
}

TEST_CASE("Random: seed, stream and index are key and counter of one block [core]") {
  std::uint64_t const seed = 0x0123456789abcdef, stream = 0xfedcba9876543210, index = 0x00000005'80000001;
  auto const block = tet::philox4x32({0x80000001, 5, 0x76543210, 0xfedcba98}, {0x89abcdef, 0x01234567});
  tet::Random const random(tet::Seed{seed}, stream);
  CHECK(random.bits(index) == (block[0] | std::uint64_t(block[1]) << 32));
}

TEST_CASE("Random: a number depends on seed, stream and index only [core]") {
  tet::Random const random(tet::Seed{7}, 3), same(tet::Seed{7}, 3);
  std::vector<std::uint64_t> forwards, backwards;
  for (std::uint64_t i = 0; i < 100; ++i) forwards.push_back(random.bits(i));
  for (std::uint64_t i = 100; i-- > 0;) backwards.insert(backwards.begin(), same.bits(i));
  CHECK(forwards == backwards);
  std::set<std::uint64_t> distinct(forwards.begin(), forwards.end());
  for (std::uint64_t i = 0; i < 100; ++i) {
    distinct.insert(tet::Random(tet::Seed{8}, 3).bits(i));
    distinct.insert(tet::Random(tet::Seed{7}, 4).bits(i));
    distinct.insert(tet::Random(tet::Seed{7}, 3 + (1ull << 32)).bits(i));
    distinct.insert(tet::Random(tet::Seed{7 + (1ull << 32)}, 3).bits(i));
  }
  CHECK(distinct.size() == 500);
}

TEST_CASE("Random: uniform lies in [0 1) and has the moments of a uniform number [core]") {
  tet::Random const random(tet::Seed{11}, 0);
  int const n = 100000;
  double sum = 0, squares = 0, product = 0, last = 0;
  int out_of_range = 0;
  for (int i = 0; i < n; ++i) {
    double const u = random.uniform(std::uint64_t(i));
    out_of_range += !(u >= 0 && u < 1);
    sum += u;
    squares += u * u;
    product += (u - 0.5) * (last - 0.5);
    last = u;
  }
  CHECK(out_of_range == 0);
  // Five standard errors each.
  CHECK(sum / n == doctest::Approx(0.5).epsilon(0.01));
  CHECK(squares / n == doctest::Approx(1.0 / 3).epsilon(0.015));
  CHECK(std::abs(product / n) < 5.0 / 12 / 316);
}

TEST_CASE("Random: below gives every number under its bound equally often [core]") {
  tet::Random const random(tet::Seed{12}, 0);
  for (std::uint64_t const bound : {1u, 2u, 3u, 7u, 10u, 100u}) {
    CAPTURE(bound);
    std::vector<int> hits(bound);
    int const each = 2000;
    bool inside = true;
    for (std::uint64_t i = 0; i < bound * each; ++i) {
      std::uint64_t const value = random.below(i, bound);
      inside = inside && value < bound;
      if (inside) ++hits[value];
    }
    CHECK(inside);
    for (int const h : hits) CHECK(std::abs(h - each) < 5 * 45);  // five standard deviations
  }
  CHECK(random.below(0, ~0ull) < ~0ull);
}

// SPDX-License-Identifier: MIT
#include <tet/backend/cpu/conv/pair_products.hpp>
#include <tet/core/random.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace tet;

TEST_CASE("Products of pairs: instructions agree with the portable ones, sums wrap [backend]") {
  using Products = conv::PairProducts;
  using Portable = conv::PortablePairProducts;
  constexpr int lanes = int(Products::bytes / 2);
  Random const random(Seed{3}, 1);
  std::int16_t const extremes[] = {std::numeric_limits<std::int16_t>::min() + 1, -1, 0, 1,
                                   std::numeric_limits<std::int16_t>::max()};
  for (std::uint64_t draw = 0; draw < 200; ++draw) {
    Products::Shorts x, w;
    Products::Sums sums;
    std::int8_t bytes[lanes];
    for (int i = 0; i < lanes; ++i) {
      auto const u = [&](int k) { return random.uniform(draw * 1000 + std::uint64_t(4 * i + k)); };
      x[i] = draw % 2 == 0 ? extremes[int(u(0) * 5)] : std::int16_t(u(0) * 65535 - 32767);
      w[i] = draw % 2 == 0 ? extremes[int(u(1) * 5)] : std::int16_t(u(1) * 65535 - 32767);
      sums[i / 2] = std::uint32_t(u(2) * 4294967295.0);
      bytes[i] = std::int8_t(int(u(3) * 256) - 128);
    }
    auto const got = Products::add(sums, x, w), want = Portable::add(sums, x, w);
    auto const wide = Products::widen(bytes);
    for (int i = 0; i < lanes / 2; ++i) {
      CHECK(got[i] == want[i]);
      CHECK(want[i] ==
            std::uint32_t(sums[i] + std::uint32_t(x[2 * i] * w[2 * i]) + std::uint32_t(x[2 * i + 1] * w[2 * i + 1])));
    }
    for (int i = 0; i < lanes; ++i) CHECK(wide[i] == bytes[i]);
  }
}

TEST_CASE("Products of pairs: interleave and narrow agree with the portable ones and undo each other [backend]") {
  using Products = conv::PairProducts;
  using Portable = conv::PortablePairProducts;
  constexpr int lanes = int(Products::bytes / 2);
  Products::Shorts a{}, b{};
  for (int i = 0; i < lanes; ++i) a[i] = std::int16_t(i * 991 - 30000), b[i] = std::int16_t(29999 - i * 877);
  auto const check = [&](Products::Shorts got, Products::Shorts want) {
    for (int i = 0; i < lanes; ++i) CHECK(got[i] == want[i]);
  };
  auto const low = Products::interleave<false>(a, b), high = Products::interleave<true>(a, b);
  check(low, Portable::interleave<false>(a, b));
  check(high, Portable::interleave<true>(a, b));
  for (int i = 0; i < 8; ++i) {  // of the first 16 bytes
    CHECK(low[i] == (i % 2 == 0 ? a : b)[i / 2]);
    CHECK(high[i] == (i % 2 == 0 ? a : b)[4 + i / 2]);
  }
  // Each pair of `low` and `high` is a number of 32 bits, whose low half is of a.
  auto const of_a = [](Products::Shorts pairs) { return Products::Whole(Products::Sums(pairs) << 16) >> 16; };
  check(Products::narrow(of_a(low), of_a(high)), a);
  check(Products::narrow(Products::Whole(low) >> 16, Products::Whole(high) >> 16), b);
  check(Portable::narrow(of_a(low), of_a(high)), a);
  check(Portable::narrow(Products::Whole(low) >> 16, Products::Whole(high) >> 16), b);
}

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

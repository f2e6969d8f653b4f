// SPDX-License-Identifier: MIT
#include <tests/support/reference.hpp>
#include <tet/backend/cpu/conv/byte_products.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

using namespace tet;
using namespace tet::conv;

namespace {

/// Sums of 32 bits after some additions of random inputs up to `largest` and weights.
template <class Products>
std::vector<std::int32_t> sums(int largest, int additions, bool extreme) {
  constexpr auto bytes = std::size_t(Products::bytes);
  auto const inputs = test::random_values({91}, 1, std::size_t(4 * additions), 0, largest + 0.999);
  auto const weights = test::random_values({91}, 2, bytes * std::size_t(additions), -127.5, 127.5);
  typename Products::Sums total{};
  for (int step = 0; step < additions; ++step) {
    std::uint8_t four[4];
    for (std::size_t k = 0; k < 4; ++k)
      four[k] = std::uint8_t(extreme ? largest : int(inputs[4 * std::size_t(step) + k]));
    typename Products::Bytes w;
    for (std::size_t k = 0; k < bytes; ++k) {
      int const value = int(weights[bytes * std::size_t(step) + k]);
      w[k] = std::int8_t(!extreme ? value : k / 4 % 2 == 0 ? 127 : -127);
    }
    total = Products::add(total, Products::repeat(four), w);
  }
  typename Products::Whole const whole = Products::whole(total);
  std::vector<std::int32_t> result(bytes / 4);
  std::memcpy(result.data(), &whole, bytes);
  return result;
}

}  // namespace

TEST_CASE("ByteProducts: sums equal those of the portable twin [backend]") {
  struct Case {
    int largest, additions;
    bool extreme;
  };
  for (Case const& c : {Case{1, 1, false}, Case{1, 129, true}, Case{4, 32, true}, Case{4, 20, false}, Case{64, 2, true},
                        Case{128, 1, true}, Case{128, 1, false}}) {
    CAPTURE(c.largest);
    CAPTURE(c.additions);
    auto const portable = sums<PortableByteProducts>(c.largest, c.additions, c.extreme);
    CHECK(sums<ByteProducts>(c.largest, c.additions, c.extreme) == portable);
    if (c.extreme)
      for (std::size_t o = 0; o < portable.size(); ++o)
        CHECK(portable[o] == (o % 2 == 0 ? 1 : -1) * 4 * 127 * c.largest * c.additions);
  }
}

TEST_CASE("ByteProducts: each sum is that of four inputs with its four weights [backend]") {
  std::uint8_t const four[4] = {1, 2, 0, 128};
  ByteProducts::Bytes w;
  for (int k = 0; k < ByteProducts::bytes; ++k) w[k] = std::int8_t(k % 8 - 4);
  auto const whole = ByteProducts::whole(ByteProducts::add(ByteProducts::Sums{}, ByteProducts::repeat(four), w));
  for (int o = 0; o < ByteProducts::bytes / 4; ++o)
    CHECK(whole[o] == (o % 2 == 0 ? -4 + 2 * -3 + 128 * -1 : 0 + 2 * 1 + 128 * 3));
}

TEST_CASE_TEMPLATE("RowSums: two rows times their factors are added to each output's sum [backend]", Rows, RowSums,
                   PortableRowSums) {
  constexpr Index outputs = Rows::outputs;
  struct Case {
    int first, second;
  };
  for (Case const& c : {Case{1, 1}, Case{3, 0}, Case{4, 1}, Case{128, 127}, Case{255, 0}}) {
    CAPTURE(c.first);
    CAPTURE(c.second);
    std::int8_t a[outputs], b[outputs];
    for (Index o = 0; o < outputs; ++o) {
      a[Rows::position(o)] = std::int8_t(o == 5 ? -127 : 127 - 7 * o);
      b[Rows::position(o)] = std::int8_t(5 * o - 127);
    }
    std::int16_t sums[outputs];
    for (Index o = 0; o < outputs; ++o) sums[o] = std::int16_t(o - 9);
    Rows rows;
    rows.load(sums);
    rows.add(a, b, Rows::factors(std::uint16_t(c.first | c.second << 8)));
    rows.store(sums);
    for (Index o = 0; o < outputs; ++o)
      CHECK(int(sums[o]) == o - 9 + c.first * int(a[Rows::position(o)]) + c.second * int(b[Rows::position(o)]));
    rows.clear();
    rows.store(sums);
    for (Index o = 0; o < outputs; ++o) CHECK(sums[o] == 0);
  }
}

// SPDX-License-Identifier: MIT
#include <tet/data/order.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

using tet::Index;

namespace {

std::vector<Index> shuffled(std::size_t n, std::uint64_t seed, std::uint64_t epoch) {
  std::vector<Index> order(n);
  tet::data::shuffle(order, tet::Random(tet::Seed{seed}, tet::stream::order + epoch));
  return order;
}

}  // namespace

TEST_CASE("shuffle: every index appears once [data]") {
  for (std::size_t const n : {0, 1, 2, 3, 64, 1000}) {
    CAPTURE(n);
    auto order = shuffled(n, 5, 2);
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < n; ++i) CHECK(order[i] == Index(i));
  }
}

TEST_CASE("shuffle: the order is the same on every machine [data]") {
  // From a second implementation, in Python, of Philox 4x32-10 and of the shuffle.
  CHECK(shuffled(10, 1, 0) == std::vector<Index>{5, 8, 1, 6, 0, 9, 4, 7, 2, 3});
  CHECK(shuffled(10, 1, 1) == std::vector<Index>{6, 9, 2, 0, 3, 1, 7, 8, 5, 4});
  CHECK(shuffled(10, 2, 0) == std::vector<Index>{0, 9, 7, 1, 5, 8, 4, 3, 6, 2});
}

TEST_CASE("shuffle: every index comes equally often to every place [data]") {
  std::array<std::array<int, 5>, 5> count{};
  for (std::uint64_t epoch = 0; epoch < 5000; ++epoch) {
    auto const order = shuffled(5, 1, epoch);
    for (std::size_t place = 0; place < 5; ++place) ++count[place][std::size_t(order[place])];
  }
  for (auto const& row : count) {
    for (int const c : row) {  // 1000 +- 28
      CHECK(c > 880);
      CHECK(c < 1120);
    }
  }
}

// SPDX-License-Identifier: MIT
#include <tests/support/reference.hpp>
#include <tet/backend/cpu/matrix_product.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace tet;

namespace {

template <Operand A, Operand B, class Scalar>
void check(Index m, Index n, Index k) {
  Seed const seed{101};
  CAPTURE(seed.value);
  CAPTURE(m);
  CAPTURE(n);
  CAPTURE(k);
  auto const a = test::random_values<Scalar>(seed, 0, std::size_t(m * k), -1, 1);
  auto const b = test::random_values<Scalar>(seed, 1, std::size_t(k * n), -1, 1);
  auto const bias = test::random_values<Scalar>(seed, 2, std::size_t(n), -1, 1);
  for (Scalar const* const row : {static_cast<Scalar const*>(nullptr), bias.data()}) {
    std::vector<double> want(std::size_t(m * n));
    for (Index i = 0; i < m; ++i)
      for (Index j = 0; j < n; ++j) {
        double total = row != nullptr ? double(row[j]) : 0;
        for (Index l = 0; l < k; ++l)
          total += double(a[std::size_t(A == Operand::plain ? i * k + l : l * m + i)]) *
                   double(b[std::size_t(B == Operand::plain ? l * n + j : j * k + l)]);
        want[std::size_t(i * n + j)] = total;
      }
    auto const product = [&](int threads) {
      Cpu exec(threads);
      std::vector<Scalar> c(std::size_t(m * n), Scalar(77));
      matrix_product<A, B>(exec, m, n, k, a.data(), b.data(), row, c.data());
      return c;
    };
    auto const one = product(1);
    CHECK(test::relative_error(one, want) <= test::tolerance<Scalar>);
    CHECK(one == product(2));
  }
}

template <Operand A, Operand B, class Scalar>
void check_sizes() {
  check<A, B, Scalar>(1, 1, 1);
  check<A, B, Scalar>(3, 10, 7);
  check<A, B, Scalar>(63, 255, 17);
  check<A, B, Scalar>(64, 256, 8);
  check<A, B, Scalar>(65, 257, 33);
  check<A, B, Scalar>(130, 5, 300);
  check<A, B, Scalar>(64, 128, 256);
  check<A, B, Scalar>(2, 129, 513);
}

}  // namespace

TEST_CASE_TEMPLATE("matrix_product: all four ways equal plain loops for any number of threads [backend]", Scalar, float,
                   double) {
  check_sizes<Operand::plain, Operand::plain, Scalar>();
  check_sizes<Operand::plain, Operand::transposed, Scalar>();
  check_sizes<Operand::transposed, Operand::plain, Scalar>();
  check_sizes<Operand::transposed, Operand::transposed, Scalar>();
}

TEST_CASE("column_sums: sums of each column [backend]") {
  for (Index const columns : {1, 63, 64, 65, 130})
    for (Index const rows : {1, 2, 50}) {
      auto const a = test::random_values<float>({102}, 0, std::size_t(rows * columns), -1, 1);
      std::vector<double> want(static_cast<std::size_t>(columns));
      for (std::size_t i = 0; i < a.size(); ++i) want[i % std::size_t(columns)] += double(a[i]);
      std::vector<float> got(static_cast<std::size_t>(columns), 77.0f);
      Cpu exec(2);
      column_sums(exec, rows, columns, a.data(), got.data());
      CHECK(test::relative_error(got, want) <= 1e-6);
    }
}

// SPDX-License-Identifier: MIT
#include <tests/support/reference.hpp>
#include <tet/core/pack.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace {

using Packs8 = tet::Pack<float, 8>;
using Packs16 = tet::Pack<float, 16>;
using Packd8 = tet::Pack<double, 8>;
using Packd16 = tet::Pack<double, 16>;

/// Two packs of values, zeros and equal lanes among them.
template <class P>
struct Operands {
  using Scalar = typename P::Scalar;
  std::vector<Scalar> x = tet::test::random_values<Scalar>(tet::Seed{1}, 0, P::width, -2, 2);
  std::vector<Scalar> y = tet::test::random_values<Scalar>(tet::Seed{1}, 1, P::width, -2, 2);
  P a, b;

  Operands() {
    x[0] = y[0];
    x[1] = 0;
    y[2] = 0;
    a = P::load(x.data());
    b = P::load(y.data());
  }
};

template <class P, class Scalar = typename P::Scalar, class Want>
void check_lanes(P got, Operands<P> const& o, Want const& want) {
  for (int i = 0; i < P::width; ++i) {
    CAPTURE(i);
    CHECK(got[i] == Scalar(want(o.x[std::size_t(i)], o.y[std::size_t(i)])));
  }
}

}  // namespace

TYPE_TO_STRING(Packs8);
TYPE_TO_STRING(Packs16);
TYPE_TO_STRING(Packd8);
TYPE_TO_STRING(Packd16);
#define TET_ALL_PACKS Packs8, Packs16, Packd8, Packd16

TEST_CASE_TEMPLATE("Pack: arithmetic is that of each lane [core]", P, TET_ALL_PACKS) {
  using S = typename P::Scalar;
  Operands<P> const o;
  check_lanes(o.a + o.b, o, [](S x, S y) { return x + y; });
  check_lanes(o.a - o.b, o, [](S x, S y) { return x - y; });
  check_lanes(o.a * o.b, o, [](S x, S y) { return x * y; });
  check_lanes(o.b / (o.a * o.a + P(S(1))), o, [](S x, S y) { return y / (x * x + S(1)); });
  check_lanes(-o.a, o, [](S x, S) { return -x; });
  P sum = o.a;
  sum += o.b;
  check_lanes(sum, o, [](S x, S y) { return x + y; });
  check_lanes(P(S(0.375)), o, [](S, S) { return S(0.375); });
}

TEST_CASE_TEMPLATE("Pack: comparison and select choose lane by lane [core]", P, TET_ALL_PACKS) {
  using S = typename P::Scalar;
  Operands<P> const o;
  check_lanes(select(o.a > o.b, o.a, P(S(9))), o, [](S x, S y) { return x > y ? x : S(9); });
  check_lanes(select(o.a < o.b, o.a, P(S(9))), o, [](S x, S y) { return x < y ? x : S(9); });
  check_lanes(select(o.a >= o.b, o.a, P(S(9))), o, [](S x, S y) { return x >= y ? x : S(9); });
  check_lanes(select(o.a <= o.b, o.a, P(S(9))), o, [](S x, S y) { return x <= y ? x : S(9); });
  P const zero(S(0));
  check_lanes(select((o.a > zero) & (o.b > zero), o.a, o.b), o, [](S x, S y) { return x > 0 && y > 0 ? x : y; });
  check_lanes(select((o.a > zero) | (o.b > zero), o.a, o.b), o, [](S x, S y) { return x > 0 || y > 0 ? x : y; });
}

TEST_CASE_TEMPLATE("Pack: functions equal their scalar overloads [core]", P, TET_ALL_PACKS) {
  using S = typename P::Scalar;
  Operands<P> const o;
  check_lanes(abs(o.a), o, [](S x, S) { return tet::abs(x); });
  check_lanes(max(o.a, o.b), o, [](S x, S y) { return tet::max(x, y); });
  check_lanes(min(o.a, o.b), o, [](S x, S y) { return tet::min(x, y); });
  check_lanes(exp(o.a), o, [](S x, S) { return tet::exp(x); });
  check_lanes(atan(o.a), o, [](S x, S) { return tet::atan(x); });
  check_lanes(erf(o.a), o, [](S x, S) { return tet::erf(x); });
  check_lanes(sqrt(abs(o.b)), o, [](S, S y) { return tet::sqrt(tet::abs(y)); });
  check_lanes(log(abs(o.b) + P(S(0.5))), o, [](S, S y) { return tet::log(tet::abs(y) + S(0.5)); });
  S total = 0;
  for (S const x : o.x) total += x;
  CHECK(sum(o.a) == doctest::Approx(double(total)).epsilon(tet::test::tolerance<S>));
}

TEST_CASE_TEMPLATE("Pack: a partial load reads and a partial store writes only its lanes [core]", P, TET_ALL_PACKS) {
  using S = typename P::Scalar;
  S const nan = std::numeric_limits<S>::quiet_NaN();
  for (tet::Index count = 0; count <= P::width; ++count) {
    CAPTURE(count);
    // Exactly `count` values on the heap: one read or write too many is an error under AddressSanitizer.
    std::vector<S> const from = tet::test::random_values<S>(tet::Seed{2}, 0, std::size_t(count), 1, 2);
    P const p = P::load(from.data(), count);
    for (int i = 0; i < P::width; ++i) CHECK(p[i] == (i < count ? from[std::size_t(i)] : S(0)));
    std::vector<S> to(std::size_t(count), nan);
    P(p + P(S(1))).store(to.data(), count);
    for (std::size_t i = 0; i < to.size(); ++i) CHECK(to[i] == from[i] + S(1));
  }
}

TEST_CASE_TEMPLATE("Pack: a load at any address takes the values that stand there [core]", P, TET_ALL_PACKS) {
  using S = typename P::Scalar;
  std::vector<S> const from = tet::test::random_values<S>(tet::Seed{3}, 0, 3 * P::width, -1, 1);
  std::vector<S> to(from.size());
  for (std::size_t at = 0; at + P::width <= from.size(); ++at) {
    P::load(from.data() + at).store(to.data() + at);
    CHECK(std::equal(from.begin() + std::ptrdiff_t(at), from.begin() + std::ptrdiff_t(at) + P::width,
                     to.begin() + std::ptrdiff_t(at)));
  }
}

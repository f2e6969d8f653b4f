// SPDX-License-Identifier: MIT
#include <tests/support/archetypes.hpp>
#include <tests/support/reference.hpp>
#include <tet/core/pack.hpp>
#include <tet/surrogate/surrogates.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace {

/// A surrogate, the places where its derivative has a kink or a jump, and the spike height that its integral spans.
template <class Surrogate_>
struct Law {
  using Surrogate = Surrogate_;
  double kink;  // the others are 0 and -kink
  double height;
};

/// Calls check(law, label) for every surrogate with default and other parameters.
template <class Check>
void for_each_surrogate(Check const& check) {
  check(Law<tet::Triangle<>>{1, 1}, "default");
  check(Law<tet::Triangle<0.5f>>{0.5, 1}, "gamma 0.5");
  check(Law<tet::Triangle<1.75f>>{1.75, 1}, "gamma 1.75");
  check(Law<tet::Rectangle<>>{0.5, 1}, "default");
  check(Law<tet::Rectangle<2.5f>>{1.25, 1}, "width 2.5");
  check(Law<tet::Sigmoid<>>{0, 1}, "default");
  check(Law<tet::Sigmoid<1.5f>>{0, 1}, "alpha 1.5");
  check(Law<tet::Atan<>>{0, 1}, "default");
  check(Law<tet::Atan<0.75f>>{0, 1}, "alpha 0.75");
  check(Law<tet::FastSigmoid<>>{0, 2.0 / 25}, "default");
  check(Law<tet::FastSigmoid<3.0f>>{0, 2.0 / 3}, "slope 3");
  check(Law<tet::Gaussian<>>{0, 1}, "default");
  check(Law<tet::Gaussian<0.25f>>{0, 1}, "sigma 0.25");
  check(Law<tet::PiecewiseExponential<>>{0, 1}, "default");
  check(Law<tet::PiecewiseExponential<4.5f>>{0, 1}, "alpha 4.5");
  check(Law<tet::test::SurrogateArchetype>{0, INFINITY}, "default");
}

std::vector<double> points_off_kinks(double kink) {
  tet::Seed const seed{21};
  CAPTURE(seed.value);
  std::vector<double> points;
  for (double const v : tet::test::random_values(seed, 0, 400, -3, 3))
    if (std::abs(v) > 1e-4 && std::abs(std::abs(v) - kink) > 1e-4) points.push_back(v);
  REQUIRE(points.size() > 350);
  return points;
}

struct Value {
  char const* name;
  double got, want;
};

}  // namespace

TEST_CASE("SurrogateGradient: the primitive's derivative is the derivative away from kinks [surrogate]") {
  for_each_surrogate([](auto law, char const* label) {
    using S = typename decltype(law)::Surrogate;
    CAPTURE(S::name);
    CAPTURE(label);
    std::vector<double> analytic, numeric;
    double const h = 1e-6;
    for (double const v : points_off_kinks(law.kink)) {
      analytic.push_back(S::derivative(v));
      numeric.push_back((S::primitive(v + h) - S::primitive(v - h)) / (2 * h));
    }
    CHECK(tet::test::gradient_error(analytic, numeric) <= tet::test::gradient_tolerance);
  });
}

TEST_CASE("SurrogateGradient: derivatives are even and primitives odd around one half of their height [surrogate]") {
  for_each_surrogate([](auto law, char const* label) {
    using S = typename decltype(law)::Surrogate;
    CAPTURE(S::name);
    CAPTURE(label);
    for (double const v : points_off_kinks(law.kink)) {
      CHECK(S::derivative(v) == S::derivative(-v));
      CHECK(S::derivative(v) >= 0);
      CHECK(S::primitive(v) + S::primitive(-v) == doctest::Approx(2 * S::primitive(0.0)).epsilon(1e-14));
    }
  });
}

TEST_CASE(
    "SurrogateGradient: the primitive rises by its height from far below to far above the threshold [surrogate]") {
  for_each_surrogate([](auto law, char const* label) {
    using S = typename decltype(law)::Surrogate;
    CAPTURE(S::name);
    CAPTURE(label);
    if (std::isinf(law.height)) return;
    CHECK(S::primitive(1e9) - S::primitive(-1e9) == doctest::Approx(law.height).epsilon(1e-7));
    CHECK(S::derivative(1e9) == doctest::Approx(0));
    CHECK(std::isfinite(S::derivative(-1e30)));
    CHECK(std::isfinite(S::primitive(-1e30)));
  });
}

TEST_CASE("SurrogateGradient: a pack gives the values of its lanes [surrogate]") {
  for_each_surrogate([](auto law, char const* label) {
    using S = typename decltype(law)::Surrogate;
    CAPTURE(S::name);
    CAPTURE(label);
    auto const compare = [&]<class Scalar>(Scalar) {
      using P = tet::NativePack<Scalar>;
      std::vector<Scalar> v = tet::test::random_values<Scalar>(tet::Seed{22}, 0, P::width, -1.5, 1.5);
      v[0] = 0;
      P const p = P::load(v.data()), derivative = S::template derivative<P>(p), primitive = S::template primitive<P>(p);
      // Contraction to fused multiply-adds may differ between the two: the last digits are free.
      double const epsilon = std::is_same_v<Scalar, float> ? 1e-5 : 1e-13;
      for (int i = 0; i < P::width; ++i) {
        CHECK(double(derivative[i]) == doctest::Approx(double(S::derivative(v[std::size_t(i)]))).epsilon(epsilon));
        CHECK(double(primitive[i]) == doctest::Approx(double(S::primitive(v[std::size_t(i)]))).epsilon(epsilon));
      }
    };
    compare(0.0f);
    compare(0.0);
  });
}

TEST_CASE("SurrogateGradient: default derivatives match the hand-worked table [surrogate]") {
  double const pi = std::numbers::pi;
  double const p = 1 / (1 + std::exp(-1.0));  // Sigmoid at v = 0.25
  Value const values[] = {
      {"triangle, at threshold", tet::Triangle<>::derivative(0.0), 1},
      {"triangle, 0.25 above", tet::Triangle<>::derivative(0.25), 0.75},
      {"triangle, at its foot", tet::Triangle<>::derivative(-1.0), 0},
      {"triangle, gamma 2", tet::Triangle<2.0f>::derivative(1.0), 0.25},
      {"triangle, primitive", tet::Triangle<>::primitive(0.5), 0.875},
      {"rectangle, inside", tet::Rectangle<>::derivative(0.49), 1},
      {"rectangle, at its edge", tet::Rectangle<>::derivative(0.5), 0},
      {"rectangle, width 4", tet::Rectangle<4.0f>::derivative(-1.9), 0.25},
      {"rectangle, primitive", tet::Rectangle<>::primitive(0.25), 0.75},
      {"sigmoid, at threshold", tet::Sigmoid<>::derivative(0.0), 1},
      {"sigmoid, 0.25 above", tet::Sigmoid<>::derivative(0.25), 4 * p * (1 - p)},
      {"sigmoid, primitive", tet::Sigmoid<>::primitive(0.25), p},
      {"atan, at threshold", tet::Atan<>::derivative(0.0), 1},
      {"atan, 1 / pi above", tet::Atan<>::derivative(1 / pi), 0.5},
      {"atan, primitive", tet::Atan<>::primitive(1 / pi), 0.75},
      {"fast sigmoid, at threshold", tet::FastSigmoid<>::derivative(0.0), 1},
      {"fast sigmoid, 0.04 below", tet::FastSigmoid<>::derivative(-0.04), 0.25},
      {"fast sigmoid, primitive", tet::FastSigmoid<>::primitive(-0.04), -0.02},
      {"gaussian, at threshold", tet::Gaussian<>::derivative(0.0), 2 / std::sqrt(2 * pi)},
      {"gaussian, one sigma below", tet::Gaussian<>::derivative(-0.5), 2 * std::exp(-0.5) / std::sqrt(2 * pi)},
      {"gaussian, primitive", tet::Gaussian<>::primitive(0.5), 0.84134474606854293},
      {"piecewise exponential, at threshold", tet::PiecewiseExponential<>::derivative(0.0), 1},
      {"piecewise exponential, 0.5 above", tet::PiecewiseExponential<>::derivative(0.5), std::exp(-1.0)},
      {"piecewise exponential, primitive", tet::PiecewiseExponential<>::primitive(0.5), 1 - std::exp(-1.0) / 2},
  };
  for (Value const& v : values) {
    CAPTURE(v.name);
    CHECK(v.got == doctest::Approx(v.want).epsilon(1e-12));
  }
}

TEST_CASE("Heaviside: it fires strictly above the threshold [surrogate]") {
  CHECK(tet::Heaviside::value(0.0) == 0);
  CHECK(tet::Heaviside::value(-0.0) == 0);
  CHECK(tet::Heaviside::value(5e-324) == 1);
  CHECK(tet::Heaviside::value(-1.0f) == 0);
  CHECK(tet::Heaviside::value(1.0f) == 1);
}

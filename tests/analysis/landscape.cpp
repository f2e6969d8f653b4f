// SPDX-License-Identifier: MIT

// Directions, landscapes, Hessians and sharpness of functions that are known in closed form.

#include <tet/analysis/hessian.hpp>
#include <tet/analysis/landscape.hpp>
#include <tet/analysis/sharpness.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <vector>

using tet::analysis::Filters;
using Vector = std::vector<double>;
using View = std::span<double const>;

namespace {

/// f(w) = 1/2 sum_ij a_ij w_i w_j + sum_i b_i w_i, A = Q diag(values) Q' with Q a reflection.
struct Quadratic {
  Vector values, b;

  Vector apply(View w) const {
    std::size_t const n = values.size();
    double const scale = 2.0 / double(n);  // Q = 1 - 2/n ones
    auto const reflect = [&](Vector v) {
      double sum = 0;
      for (double const x : v) sum += x;
      for (double& x : v) x -= scale * sum;
      return v;
    };
    Vector v = reflect(Vector(w.begin(), w.end()));
    for (std::size_t i = 0; i < n; ++i) v[i] *= values[i];
    return reflect(v);
  }
  double operator()(View w) const {
    Vector const aw = apply(w);
    double sum = 0;
    for (std::size_t i = 0; i < w.size(); ++i) sum += (0.5 * aw[i] + b[i]) * w[i];
    return sum;
  }
  Vector gradient(View w) const {
    Vector g = apply(w);
    for (std::size_t i = 0; i < g.size(); ++i) g[i] += b[i];
    return g;
  }
};

Quadratic const bowl{{9, 4, 2, 1, 0.5, -3}, {1, 2, 3, 4, 5, 6}};
Vector const start = {1, -2, 0.5, 3, -1, 0.25};

/// Two filters of two values, and two values of none.
Filters const filters{{0, 0, 1, 1, -1, -1}, 2};

double filter_length(View v, std::size_t first) { return std::hypot(v[first], v[first + 1]); }

}  // namespace

TEST_CASE("filter_normalised_direction: filters as long as the weights' own, nothing else moves [analysis]") {
  auto const d = tet::analysis::filter_normalised_direction(View(start), filters, tet::Seed{1});
  for (std::size_t const f : {0u, 2u})
    CHECK(filter_length(d, f) == doctest::Approx(filter_length(start, f)).epsilon(1e-12));
  CHECK(d[4] == 0);
  CHECK(d[5] == 0);
  CHECK(d == tet::analysis::filter_normalised_direction(View(start), filters, tet::Seed{1}));
  CHECK(d != tet::analysis::filter_normalised_direction(View(start), filters, tet::Seed{2}));
  CHECK(d != tet::analysis::filter_normalised_direction(View(start), filters, tet::Seed{1}, 1));
  Vector const zero(6, 0.0);
  CHECK(tet::analysis::filter_normalised_direction(View(zero), filters, tet::Seed{1}) == zero);
  Vector const short_one(5, 1.0);
  CHECK_THROWS_AS(tet::analysis::filter_normalised_direction(View(short_one), filters, tet::Seed{1}),
                  std::invalid_argument);
}

TEST_CASE("directions: their numbers are normal [analysis]") {
  tet::Random const random(tet::Seed{3}, 0);
  double mean = 0, square = 0, fourth = 0;
  int const n = 20000;
  for (int i = 0; i < n; ++i) {
    double const x = tet::analysis::detail::normal(random, std::uint64_t(i));
    mean += x / n, square += x * x / n, fourth += x * x * x * x / n;
  }
  CHECK(std::abs(mean) < 0.03);
  CHECK(square == doctest::Approx(1).epsilon(0.04));
  CHECK(fourth == doctest::Approx(3).epsilon(0.12));
}

TEST_CASE("landscape: a line and a plane over a quadratic are its values [analysis]") {
  Vector const d = {1, 0, 2, 0, 0, 1}, e = {0, 1, 0, -1, 3, 0}, a = {-1, 0, 0.5}, b = {-2, 0};
  auto const line = tet::analysis::landscape_line(bowl, View(start), View(d), View(a));
  REQUIRE(line.size() == 3);
  CHECK(line[1] == bowl(start));  // to the bit
  auto const plane = tet::analysis::landscape_plane(bowl, View(start), View(d), View(e), View(a), View(b));
  REQUIRE(plane.size() == 6);
  CHECK(plane[4] == bowl(start));
  for (std::size_t j = 0; j < b.size(); ++j)
    for (std::size_t i = 0; i < a.size(); ++i) {
      Vector w = start;
      for (std::size_t k = 0; k < w.size(); ++k) w[k] += a[i] * d[k] + b[j] * e[k];
      CHECK(plane[j * a.size() + i] == doctest::Approx(bowl(w)).epsilon(1e-12));
    }
  Vector const short_one = {1};
  CHECK_THROWS_AS(tet::analysis::landscape_line(bowl, View(start), View(short_one), View(a)), std::invalid_argument);
}

TEST_CASE("hessian: product, largest eigenvalue and trace of a quadratic [analysis]") {
  auto const gradient = [](View w) { return bowl.gradient(w); };
  Vector const v = {1, 0, -2, 0.5, 3, 1};
  auto const product = tet::analysis::hessian_product(gradient, View(start), View(v), 1e-3);
  auto const exact = bowl.apply(v);
  for (std::size_t i = 0; i < v.size(); ++i) CHECK(product[i] == doctest::Approx(exact[i]).epsilon(1e-8));

  auto const top = tet::analysis::largest_eigenvalue(gradient, View(start), {.iterations = 100, .tolerance = 1e-9});
  CHECK(top.converged);
  CHECK(top.value == doctest::Approx(9).epsilon(1e-6));
  auto const cut = tet::analysis::largest_eigenvalue(gradient, View(start), {.iterations = 2, .tolerance = 1e-9});
  CHECK_FALSE(cut.converged);
  CHECK(cut.iterations == 2);

  // The error that is stated covers the truth, and falls with the probes.
  auto const few = tet::analysis::hessian_trace(gradient, View(start), {.probes = 8});
  auto const many = tet::analysis::hessian_trace(gradient, View(start), {.probes = 800});
  CHECK(std::abs(many.value - 13.5) < 4 * many.error);
  CHECK(many.error < few.error);
  CHECK(many.error < 1);
}

TEST_CASE("hessian: the largest eigenvalue, also where the one of largest magnitude is negative [analysis]") {
  Quadratic const saddle{{-9, 4, 2, 1, 0.5, -3}, {0, 0, 0, 0, 0, 0}};
  auto const gradient = [&](View w) { return saddle.gradient(w); };
  auto const top = tet::analysis::largest_eigenvalue(gradient, View(start), {.iterations = 300, .tolerance = 1e-10});
  CHECK(top.converged);
  CHECK(top.value == doctest::Approx(4).epsilon(1e-4));
  Quadratic const flat{{0, 0, 0, 0, 0, 0}, {1, 1, 1, 1, 1, 1}};
  auto const none = tet::analysis::largest_eigenvalue([&](View w) { return flat.gradient(w); }, View(start));
  CHECK(none.converged);
  CHECK(none.value == doctest::Approx(0));
}

TEST_CASE("hessian: weights of zero, and options that make no sense [analysis]") {
  auto const gradient = [](View w) { return bowl.gradient(w); };
  Vector const zero(6, 0.0), v = {1, 0, 0, 0, 0, 0}, short_one = {1};
  auto const exact = bowl.apply(v);
  auto const product = tet::analysis::hessian_product(gradient, View(zero), View(v), 1e-3);
  for (std::size_t i = 0; i < v.size(); ++i) CHECK(product[i] == doctest::Approx(exact[i]).epsilon(1e-8));
  CHECK(tet::analysis::hessian_product(gradient, View(start), View(zero), 1e-3) == zero);
  CHECK_THROWS_AS(tet::analysis::hessian_product(gradient, View(start), View(v), 0), std::invalid_argument);
  CHECK_THROWS_AS(tet::analysis::hessian_product(gradient, View(start), View(short_one), 1e-3), std::invalid_argument);
  CHECK_THROWS_AS(tet::analysis::hessian_trace(gradient, View(start), {.probes = 0}), std::invalid_argument);
}

TEST_CASE(
    "sharpness: of a linear function it is radius times lengths, of a bowl's minimum close to the brute-force worst "
    "[analysis]") {
  // f = c . w: the worst move of each filter is along its own c.
  Vector const c = {3, 4, 0, 2, 7, 7};
  auto const linear = [&](View w) {
    double sum = 0;
    for (std::size_t i = 0; i < w.size(); ++i) sum += c[i] * w[i];
    return sum;
  };
  tet::analysis::SharpnessOptions const options{.radius = 0.2, .steps = 10, .directions = 400};
  auto const s = tet::analysis::sharpness(
      linear, [&](View) { return c; }, View(start), filters, options);
  double const worst = 0.2 * (5 * filter_length(start, 0) + 2 * filter_length(start, 2));
  CHECK(s.loss == linear(start));
  CHECK(s.worst_increase == doctest::Approx(worst).epsilon(1e-9));
  CHECK(std::abs(s.random_increase) < 0.1 * worst);

  Vector target = start;  // a minimum
  auto const round = [&](View w) {
    double sum = 0;
    for (std::size_t i = 0; i < w.size(); ++i) sum += (i == 0 ? 8 : 1) * (w[i] - target[i]) * (w[i] - target[i]);
    return sum;
  };
  auto const gradient = [&](View w) {
    Vector g(w.size());
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = 2 * (i == 0 ? 8 : 1) * (w[i] - target[i]);
    return g;
  };
  target[0] += 0.01;  // off the minimum, so that there is a slope
  target[2] += 0.01;
  auto const r = tet::analysis::sharpness(round, gradient, View(start), filters, {.radius = 0.3, .steps = 40});
  double brute = 0;
  for (int i = 0; i < 720; ++i)
    for (int j = 0; j < 720; j += 4) {
      double const p = i * 3.14159265358979 / 360, q = j * 3.14159265358979 / 360;
      Vector w = start;
      double const r0 = 0.3 * filter_length(start, 0), r1 = 0.3 * filter_length(start, 2);
      w[0] += r0 * std::cos(p), w[1] += r0 * std::sin(p), w[2] += r1 * std::cos(q), w[3] += r1 * std::sin(q);
      brute = std::max(brute, round(w) - round(start));
    }
  CHECK(r.worst_increase <= brute * 1.001);
  CHECK(r.worst_increase >= brute * 0.95);
  CHECK(r.random_increase > 0);
  CHECK(r.random_increase < r.worst_increase);
}

TEST_CASE("sharpness: never negative at a peak, and refuses a radius or steps that are none [analysis]") {
  auto const peak = [](View w) {
    double sum = 0;
    for (std::size_t i = 0; i < w.size(); ++i) sum -= (w[i] - start[i]) * (w[i] - start[i]);
    return sum;
  };
  auto const gradient = [](View w) {
    Vector g(w.size());
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = -2 * (w[i] - start[i]);
    return g;
  };
  CHECK(tet::analysis::sharpness(peak, gradient, View(start), filters).worst_increase == 0);
  CHECK_THROWS_AS(tet::analysis::sharpness(peak, gradient, View(start), filters, {.radius = 0}), std::invalid_argument);
  CHECK_THROWS_AS(tet::analysis::sharpness(peak, gradient, View(start), filters, {.steps = 0}), std::invalid_argument);
}

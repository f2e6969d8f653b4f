// SPDX-License-Identifier: MIT
#include <tet/neuron/neurons.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

struct StepCase {
  char const* name;
  double v_prev, x, u, s, v;
};

template <class Neuron>
void check_steps(StepCase const& c) {
  CAPTURE(c.name);
  auto const f = Neuron::template step<double>({c.v_prev}, {}, c.x);
  CHECK(f.u == c.u);
  CHECK(f.s == c.s);
  CHECK(f.next.v == c.v);
}

// All values are sums of powers of two: exact.
constexpr StepCase hard[] = {
    {"silent, leaks", 0.75, 0.25, 0.625, 0, 0.625},
    {"at threshold, no spike", 1, 0.5, 1, 0, 1},
    {"just above, spike and reset to 0", 1, 0.5078125, 1.0078125, 1, 0},
    {"far above", 0, 3, 3, 1, 0},
    {"inhibited", 0.5, -2, -1.75, 0, -1.75},
};
constexpr StepCase soft[] = {
    {"silent, leaks", 0.75, 0.25, 0.625, 0, 0.625},
    {"at threshold, no spike", 1, 0.5, 1, 0, 1},
    {"just above, the threshold is subtracted", 1, 0.5078125, 1.0078125, 1, 0.0078125},
    {"far above, keeps the rest", 0, 3, 3, 1, 2},
    {"inhibited", 0.5, -2, -1.75, 0, -1.75},
};
constexpr StepCase perfect[] = {
    {"keeps everything", 0.75, 0.125, 0.875, 0, 0.875},
    {"at threshold, no spike", 0.75, 0.25, 1, 0, 1},
    {"above", 0.75, 0.5, 1.25, 1, 0},
};

using tet::Reset;
using tet::ResetGradient;

struct BackwardCase {
  char const* name;
  Reset reset;
  ResetGradient gradient;
  double u, ds, dv;
  double dx;
};

// Triangle at u = 0.75: slope 0.75, no spike; at u = 1.5: slope 0.5, spike. threshold 1, tau 0.5.
constexpr BackwardCase backward[] = {
    {"hard, silent, kept", Reset::hard, ResetGradient::kept, 0.75, 2, 4, 2 * 0.75 + 4 * (1 - 0.75 * 0.75)},
    {"hard, silent, detached", Reset::hard, ResetGradient::detached, 0.75, 2, 4, 2 * 0.75 + 4},
    {"hard, spike, kept", Reset::hard, ResetGradient::kept, 1.5, 2, 4, 2 * 0.5 + 4 * (0 - 1.5 * 0.5)},
    {"hard, spike, detached", Reset::hard, ResetGradient::detached, 1.5, 2, 4, 2 * 0.5},
    {"soft, silent, kept", Reset::soft, ResetGradient::kept, 0.75, 2, 4, 2 * 0.75 + 4 * (1 - 0.75)},
    {"soft, spike, kept", Reset::soft, ResetGradient::kept, 1.5, 2, 4, 2 * 0.5 + 4 * (1 - 0.5)},
    {"soft, spike, detached", Reset::soft, ResetGradient::detached, 1.5, 2, 4, 2 * 0.5 + 4},
};

template <Reset reset, ResetGradient gradient>
void check_backward(BackwardCase const& c) {
  if (c.reset != reset || c.gradient != gradient) return;
  using N = tet::Lif<tet::LifConfig{.reset = reset, .reset_gradient = gradient}>;
  CAPTURE(c.name);
  auto const f = N::template step<double>({0}, {}, c.u);
  auto const g = N::template backward<double>({0}, {}, f, c.ds, {c.dv});
  CHECK(g.x == doctest::Approx(c.dx).epsilon(1e-15));
  CHECK(g.state.v == doctest::Approx(c.dx / 2).epsilon(1e-15));
}

}  // namespace

TEST_CASE("Lif: one step with hard reset matches the hand-worked table [neuron]") {
  for (StepCase const& c : hard) check_steps<tet::Lif<>>(c);
}

TEST_CASE("Lif: one step with soft reset matches the hand-worked table [neuron]") {
  for (StepCase const& c : soft) check_steps<tet::Lif<tet::LifConfig{.reset = Reset::soft}>>(c);
}

TEST_CASE("If: one step matches the hand-worked table [neuron]") {
  for (StepCase const& c : perfect) check_steps<tet::If<>>(c);
}

TEST_CASE("Lif: other time constants and thresholds are used [neuron]") {
  using N = tet::Lif<tet::LifConfig{.tau = 0.25f, .threshold = 0.5f, .reset = Reset::soft}>;
  auto const f = N::step<double>({1.0}, {}, 0.5);
  CHECK(f.u == 0.75);
  CHECK(f.s == 1);
  CHECK(f.next.v == 0.25);
  auto const at = N::step<double>({0.0}, {}, 0.5);
  CHECK(at.s == 0);
}

TEST_CASE("Lif: a trajectory over time matches the hand-worked one [neuron]") {
  double const x[] = {0.5, 0.75, 0.625, 1.5, 0.25}, u[] = {0.5, 1, 1.125, 1.5, 0.25}, s[] = {0, 0, 1, 1, 0};
  tet::Lif<>::State<double> state{};
  for (int t = 0; t < 5; ++t) {
    CAPTURE(t);
    auto const f = tet::Lif<>::step<double>(state, {}, x[t]);
    CHECK(f.u == u[t]);
    CHECK(f.s == s[t]);
    state = f.next;
  }
}

TEST_CASE("Lif: backward matches the hand-worked table [neuron]") {
  for (BackwardCase const& c : backward) {
    check_backward<Reset::hard, ResetGradient::kept>(c);
    check_backward<Reset::hard, ResetGradient::detached>(c);
    check_backward<Reset::soft, ResetGradient::kept>(c);
    check_backward<Reset::soft, ResetGradient::detached>(c);
  }
}

TEST_CASE("If and Lif: names tell them apart in tables [neuron]") {
  CHECK(std::string(tet::Lif<>::name) == "Lif");
  CHECK(std::string(tet::If<>::name) == "If");
}

// SPDX-License-Identifier: MIT
#include <tests/support/reference.hpp>
#include <tet/backend/cpu/update.hpp>
#include <tet/optim/adam.hpp>
#include <tet/optim/schedule.hpp>
#include <tet/optim/sgd.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace tet;

namespace {

/// What an optimiser asks of a model: its parameters, here any numbers.
template <class S>
struct Parameters {
  using Backend = Cpu;
  using Scalar = S;
  std::vector<S> values, gradients;

  explicit Parameters(std::size_t count) : values(count), gradients(count) {}
  ParameterRange<S> parameters() { return {values.data(), gradients.data(), Index(values.size())}; }
};

/// One parameter's optimiser in double, from the formulas.
struct PlainSgd {
  SgdOptions o;
  double buffer = 0;

  double operator()(double p, double g) {
    g += o.weight_decay * p;
    buffer = o.momentum * buffer + g;
    return p - o.learning_rate * (o.kind == Momentum::nesterov ? g + o.momentum * buffer : buffer);
  }
};

struct PlainAdam {
  AdamOptions o;
  double m = 0, v = 0;
  int k = 0;

  double operator()(double p, double g) {
    ++k;
    if (o.decay == Decay::parameter) p *= 1 - o.learning_rate * o.weight_decay;
    else g += o.weight_decay * p;
    m = o.beta1 * m + (1 - o.beta1) * g;
    v = o.beta2 * v + (1 - o.beta2) * g * g;
    double const corrected = m / (1 - std::pow(o.beta1, k)), deviation = std::sqrt(v / (1 - std::pow(o.beta2, k)));
    return p - o.learning_rate * corrected / (deviation + o.epsilon);
  }
};

/// Twelve steps of both on random gradients, at a size on both sides of a task's.
template <template <class, class> class Optimizer, class Scalar, class Plain, class Options>
void compare(Options const& options) {
  Seed const seed{71};
  CAPTURE(seed.value);
  for (std::size_t const count : {std::size_t(16), std::size_t(16 * 300)}) {
    Parameters<Scalar> model(count);
    model.values = test::random_values<Scalar>(seed, 0, count, -1, 1);
    std::vector<double> want(model.values.begin(), model.values.end());
    std::vector<Plain> plain(count, Plain{options});
    Optimizer<Cpu, Scalar> optimizer(model, options);
    Cpu exec(2);
    for (std::uint64_t step = 1; step <= 12; ++step) {
      model.gradients = test::random_values<Scalar>(seed, step, count, -0.1, 0.1);
      optimizer.step(exec, model.parameters());
      for (std::size_t i = 0; i < count; ++i) want[i] = plain[i](want[i], double(model.gradients[i]));
      CHECK(test::relative_error(model.values, want) <= test::tolerance<Scalar>);
      CHECK(optimizer.steps() == step);
    }
  }
}

}  // namespace

TEST_CASE("Sgd: first steps match the hand-worked ones [optim]") {
  Parameters<double> model(16);
  model.values[0] = 1;
  Sgd optimizer{model, {.learning_rate = 0.5, .momentum = 0.5}};
  Cpu exec(1);
  model.gradients[0] = 1;
  optimizer.step(exec, model.parameters());
  CHECK(model.values[0] == 0.5);  // buffer 1
  optimizer.step(exec, model.parameters());
  CHECK(model.values[0] == -0.25);  // buffer 1.5
  model.gradients[0] = 0;
  optimizer.step(exec, model.parameters());
  CHECK(model.values[0] == -0.625);  // buffer 0.75
  CHECK(model.values[1] == 0);
}

TEST_CASE("Adam: the first step is the learning rate against the gradient's sign [optim]") {
  Parameters<double> model(16);
  Adam optimizer{model, {.learning_rate = 0.25}};
  Cpu exec(1);
  model.gradients[0] = 1e-3;
  model.gradients[1] = -40;
  optimizer.step(exec, model.parameters());
  CHECK(model.values[0] == doctest::Approx(-0.25 * 1e-3 / (1e-3 + 1e-8)).epsilon(1e-12));
  CHECK(model.values[1] == doctest::Approx(0.25).epsilon(1e-9));
  CHECK(model.values[2] == 0);
}

TEST_CASE("Sgd: it equals the plain formulas in double [optim]") {
  compare<Sgd, double, PlainSgd>(SgdOptions{});
  compare<Sgd, double, PlainSgd>(SgdOptions{.momentum = 0, .weight_decay = 0.1});
  compare<Sgd, double, PlainSgd>(SgdOptions{.momentum = 0.8, .weight_decay = 0.01, .kind = Momentum::nesterov});
}

TEST_CASE("Sgd: float follows the plain formulas [optim]") {
  compare<Sgd, float, PlainSgd>(SgdOptions{.weight_decay = 0.01});
}

TEST_CASE("Adam: it equals the plain formulas in double [optim]") {
  compare<Adam, double, PlainAdam>(AdamOptions{});
  compare<Adam, double, PlainAdam>(
      AdamOptions{.learning_rate = 0.1, .beta1 = 0.5, .beta2 = 0.7, .epsilon = 1e-3, .weight_decay = 0.1});
  compare<Adam, double, PlainAdam>(AdamOptions{.learning_rate = 0.01, .weight_decay = 0.5, .decay = Decay::parameter});
}

TEST_CASE("Adam: float follows the plain formulas [optim]") {
  compare<Adam, float, PlainAdam>(AdamOptions{.weight_decay = 0.01});
}

TEST_CASE("Adam and Sgd: the learning rate can be changed and state is visited by name [optim]") {
  Parameters<double> model(16);
  Adam adam{model};
  Sgd sgd{model};
  adam.set_learning_rate(0.125);
  sgd.set_learning_rate(0.25);
  CHECK(adam.learning_rate() == 0.125);
  CHECK(sgd.learning_rate() == 0.25);
  std::string names;
  auto const visit = [&](std::string const& name, auto& storage) {
    names += name + " ";
    CHECK(storage.size() == 16);
  };
  adam.visit_state(visit);
  sgd.visit_state(visit);
  CHECK(names == "first_moment second_moment momentum ");
}

TEST_CASE("CosineSchedule: it falls from base to minimum along a half cosine [optim]") {
  CosineSchedule const schedule{.minimum = 0.1};
  CHECK(schedule(1.1, 0, 8) == doctest::Approx(1.1).epsilon(1e-14));
  CHECK(schedule(1.1, 4, 8) == doctest::Approx(0.6).epsilon(1e-14));
  CHECK(schedule(1.1, 2, 8) == doctest::Approx(0.1 + 0.5 * (1 + std::sqrt(0.5))).epsilon(1e-14));
  CHECK(schedule(1.1, 8, 8) == doctest::Approx(0.1).epsilon(1e-14));
  CHECK(CosineSchedule{}(1, 8, 8) == doctest::Approx(0));
  CHECK(ConstantSchedule{}(0.3, 5, 8) == 0.3);
}

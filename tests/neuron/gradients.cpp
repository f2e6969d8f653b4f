// SPDX-License-Identifier: MIT
#include <tests/neuron/gradient_errors.hpp>

#include <doctest/doctest.h>

using namespace tet;

TEST_CASE("NeuronModel: backward is the derivative of step for every neuron x surrogate x reset x detach [neuron]") {
  int combinations = 0;
  test::for_each_neuron<Triangle<>, Rectangle<>, Sigmoid<>, Atan<>, FastSigmoid<>, Gaussian<>, PiecewiseExponential<>>(
      [&]<class Neuron>(std::type_identity<Neuron>, Reset reset, ResetGradient gradient) {
        Seed const seed{31};
        CAPTURE(seed.value);
        CAPTURE(Neuron::name);
        CAPTURE(Neuron::Surrogate::name);
        CAPTURE(int(reset));
        CAPTURE(int(gradient));
        test::Errors const errors = test::gradient_errors<Neuron>(seed, gradient);
        CHECK(errors.x <= test::gradient_tolerance);
        CHECK(errors.state <= test::gradient_tolerance);
        CHECK(errors.parameters <= test::gradient_tolerance);
        ++combinations;
      });
  CHECK(combinations == 3 * 7 * 2 * 2);
}

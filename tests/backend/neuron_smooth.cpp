// SPDX-License-Identifier: MIT
#include <tests/backend/neuron_layer.hpp>
#include <tests/support/smooth.hpp>
#include <tet/neuron/neurons.hpp>
#include <tet/surrogate/surrogates.hpp>

#include <doctest/doctest.h>

using namespace tet;

TEST_CASE("neuron kernels: a smooth neuron gives analog values and equals plain loops [backend]") {
  test::check_layers<test::Smooth<Lif<LifConfig{}, Atan<>>>, Analog, NoNormalisation, float>();
  test::check_layers<test::Smooth<Lif<LifConfig{}, Triangle<>>>, Analog, Normalisation<double>, double>();
}

TEST_CASE("neuron kernels: without carried state a layer starts at 0 and leaves nothing [backend]") {
  Cpu exec(1);
  std::vector<float> x{0.75f, 0.5f, 0.75f, 0.5f};  // two timesteps of one pixel with two channels
  NeuronCall<Analog, NoNormalisation, float> const call{.x = {x.data(), 2, 2}, .timesteps = 2, .pixels = 1};
  std::vector<std::uint64_t> bits(2, ~0ull);
  neuron_forward<Lif<>>(exec, call, Activation<Spike, float>{bits.data(), 2, 2});
  CHECK(bits == std::vector<std::uint64_t>{0, 1});  // u = 0.75, 0.5; then 1.125, 0.75
}

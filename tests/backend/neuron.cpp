// SPDX-License-Identifier: MIT
#include <tests/backend/neuron_layer.hpp>
#include <tet/neuron/neurons.hpp>

#include <doctest/doctest.h>

// Forward and backward of a layer of LIF neurons against step and backward in plain loops.

using namespace tet;

namespace {

using Neuron = Lif<LifConfig{.reset = Reset::soft}>;

}  // namespace

TEST_CASE("neuron kernels: Lif on spikes taken as it is equals plain loops in float [backend]") {
  test::check_layers<Neuron, Spike, NoNormalisation, float>();
}
TEST_CASE("neuron kernels: Lif on spikes taken as it is equals plain loops in double [backend]") {
  test::check_layers<Neuron, Spike, NoNormalisation, double>();
}
TEST_CASE("neuron kernels: Lif on spikes taken normalised equals plain loops in float [backend]") {
  test::check_layers<Neuron, Spike, Normalisation<float>, float>();
}
TEST_CASE("neuron kernels: Lif on spikes taken normalised equals plain loops in double [backend]") {
  test::check_layers<Neuron, Spike, Normalisation<double>, double>();
}
TEST_CASE("neuron kernels: Lif on counts taken as it is equals plain loops in float [backend]") {
  test::check_layers<Neuron, Graded<4, 4>, NoNormalisation, float>();
}
TEST_CASE("neuron kernels: Lif on counts taken as it is equals plain loops in double [backend]") {
  test::check_layers<Neuron, Graded<4, 4>, NoNormalisation, double>();
}
TEST_CASE("neuron kernels: Lif on counts taken normalised equals plain loops in float [backend]") {
  test::check_layers<Neuron, Graded<4, 4>, Normalisation<float>, float>();
}
TEST_CASE("neuron kernels: Lif on counts taken normalised equals plain loops in double [backend]") {
  test::check_layers<Neuron, Graded<4, 4>, Normalisation<double>, double>();
}
TEST_CASE("neuron kernels: Lif on analog values taken as it is equals plain loops in float [backend]") {
  test::check_layers<Neuron, Analog, NoNormalisation, float>();
}
TEST_CASE("neuron kernels: Lif on analog values taken as it is equals plain loops in double [backend]") {
  test::check_layers<Neuron, Analog, NoNormalisation, double>();
}
TEST_CASE("neuron kernels: Lif on analog values taken normalised equals plain loops in float [backend]") {
  test::check_layers<Neuron, Analog, Normalisation<float>, float>();
}
TEST_CASE("neuron kernels: Lif on analog values taken normalised equals plain loops in double [backend]") {
  test::check_layers<Neuron, Analog, Normalisation<double>, double>();
}

// SPDX-License-Identifier: MIT
#include <tests/backend/neuron_layer.hpp>
#include <tests/support/adaptive_lif.hpp>
#include <tet/neuron/neurons.hpp>

#include <doctest/doctest.h>

// The same of a neuron with more state and with parameters per layer and per channel: nothing new is asked of the
// backend.

using namespace tet;

namespace {

using Neuron = test::AdaptiveLif<LifConfig{.tau = 0.5f}>;

}  // namespace

TEST_CASE("neuron kernels: AdaptiveLif on spikes taken as it is equals plain loops in float [backend]") {
  test::check_layers<Neuron, Spike, NoNormalisation, float>();
}
TEST_CASE("neuron kernels: AdaptiveLif on spikes taken as it is equals plain loops in double [backend]") {
  test::check_layers<Neuron, Spike, NoNormalisation, double>();
}
TEST_CASE("neuron kernels: AdaptiveLif on spikes taken normalised equals plain loops in float [backend]") {
  test::check_layers<Neuron, Spike, Normalisation<float>, float>();
}
TEST_CASE("neuron kernels: AdaptiveLif on spikes taken normalised equals plain loops in double [backend]") {
  test::check_layers<Neuron, Spike, Normalisation<double>, double>();
}
TEST_CASE("neuron kernels: AdaptiveLif on counts taken as it is equals plain loops in float [backend]") {
  test::check_layers<Neuron, Graded<4, 4>, NoNormalisation, float>();
}
TEST_CASE("neuron kernels: AdaptiveLif on counts taken as it is equals plain loops in double [backend]") {
  test::check_layers<Neuron, Graded<4, 4>, NoNormalisation, double>();
}
TEST_CASE("neuron kernels: AdaptiveLif on counts taken normalised equals plain loops in float [backend]") {
  test::check_layers<Neuron, Graded<4, 4>, Normalisation<float>, float>();
}
TEST_CASE("neuron kernels: AdaptiveLif on counts taken normalised equals plain loops in double [backend]") {
  test::check_layers<Neuron, Graded<4, 4>, Normalisation<double>, double>();
}
TEST_CASE("neuron kernels: AdaptiveLif on analog values taken as it is equals plain loops in float [backend]") {
  test::check_layers<Neuron, Analog, NoNormalisation, float>();
}
TEST_CASE("neuron kernels: AdaptiveLif on analog values taken as it is equals plain loops in double [backend]") {
  test::check_layers<Neuron, Analog, NoNormalisation, double>();
}
TEST_CASE("neuron kernels: AdaptiveLif on analog values taken normalised equals plain loops in float [backend]") {
  test::check_layers<Neuron, Analog, Normalisation<float>, float>();
}
TEST_CASE("neuron kernels: AdaptiveLif on analog values taken normalised equals plain loops in double [backend]") {
  test::check_layers<Neuron, Analog, Normalisation<double>, double>();
}

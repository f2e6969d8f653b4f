// SPDX-License-Identifier: MIT
#include <tests/model/gradient_check.hpp>

using namespace tet;

namespace {

/// Strides, padding, biases, a BatchNorm fused with its neuron and one alone, pooling that leaves a row out, Linear
/// before a BatchNorm.
using Plain =
    Network<Input<5, 5, 2>, Conv2d<3, ConvOptions{.stride = 2, .padding = 1, .bias = Bias::none}>, BatchNorm<>,
            test::SmoothLif, Sequential<Conv2d<3, ConvOptions{.kernel = 2, .padding = 0}>, BatchNorm<>>, AvgPool2d<2>,
            test::SmoothSoftLif, Flatten, Linear<4, Bias::none>, BatchNorm<>, test::SmoothLif, Linear<3>>;

}  // namespace

TEST_CASE("Model: gradients of a plain network are its central differences [model]") {
  test::check_all_losses<Plain>({"3.0.bias"});
}

TEST_CASE("Model: gradients with running statistics are central differences too [model]") {
  test::check_gradients<Plain>(TetLoss{}, Timesteps{2}, BatchSize{2}, Presentation::temporal, {}, Mode::inference);
}

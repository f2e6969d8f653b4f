// SPDX-License-Identifier: MIT
#include <tests/model/gradient_check.hpp>

using namespace tet;

namespace {

using N = test::SmoothLif;
constexpr ConvOptions halve{.stride = 2};

/// A block of SEW-ResNet with an identity shortcut, one that changes shape, and branches that other stages share memory with.
template <Join join>
using Blocks = Network<Input<4, 4, 2>, Conv2d<2>, BatchNorm<>, N,
                       SpikeJoin<join, Sequential<Conv2d<2>, BatchNorm<>, N, Conv2d<2>, BatchNorm<>, N>>,
                       SpikeJoin<join, Sequential<Conv2d<3, halve>, BatchNorm<>, test::SmoothSoftLif>,
                                 Sequential<Conv2d<3, ConvOptions{.kernel = 1, .stride = 2}>, N>>,
                       BatchNorm<>, N, Flatten, Linear<3>>;

/// The shortcut is an input that is the same at all timesteps where it is shown as an image.
template <Join join>
using FromInput = Network<Input<3, 3, 2>, SpikeJoin<join, Sequential<Conv2d<2>, N>>, Flatten, Linear<2>>;

}  // namespace

TEST_CASE("SpikeJoin add: gradients of its smooth twin are central differences [model]") {
  test::check_all_losses<Blocks<Join::add>>({"0.bias", "3.main.0.bias", "3.main.3.bias", "4.main.0.bias"});
  test::check_all_losses<FromInput<Join::add>>();
}

TEST_CASE("SpikeJoin and: gradients of its smooth twin are central differences [model]") {
  test::check_all_losses<Blocks<Join::logical_and>>({"0.bias", "3.main.0.bias", "3.main.3.bias", "4.main.0.bias"});
  test::check_all_losses<FromInput<Join::logical_and>>();
}

TEST_CASE("SpikeJoin iand: gradients of its smooth twin are central differences [model]") {
  test::check_all_losses<Blocks<Join::inverted_and>>({"0.bias", "3.main.0.bias", "3.main.3.bias", "4.main.0.bias"});
  test::check_all_losses<FromInput<Join::inverted_and>>();
}

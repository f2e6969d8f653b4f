// SPDX-License-Identifier: MIT
#include <tests/model/gradient_check.hpp>
#include <tests/support/adaptive_lif.hpp>

using namespace tet;

namespace {

using Learnable = test::Smooth<test::AdaptiveLif<LifConfig{.tau = 0.5f, .threshold = 0.25f}, Sigmoid<>>>;

/// Neurons with parameters per layer and per channel: on the input, after a BatchNorm, after a Flatten.
using LearnableNeurons = Network<Input<3, 3, 2>, Learnable, Conv2d<3, ConvOptions{.bias = Bias::none}>, BatchNorm<>,
                                 Learnable, Flatten, Learnable, Linear<3>>;

/// Nothing depends on time: one output stands for all timesteps of an image.
using Timeless = Network<Input<3, 3, 2>, Conv2d<2>, BatchNorm<>, Flatten, Linear<3>>;

/// Weights that see spikes and counts.
using OfSpikes = Network<Input<4, 4, 3, Spike>, Conv2d<2>, test::SmoothLif, Flatten, Linear<3>>;
using OfCounts = Network<Input<4, 4, 3, Spike>, AvgPool2d<2>, Conv2d<2, 2>, test::SmoothLif, Flatten, Linear<3>>;
using OfGraded = Network<Input<2, 2, 3, Graded<6, 3>>, BatchNorm<>, test::SmoothLif, Flatten, Linear<3>>;
using OfFlatSpikes = Network<Input<3, 3, 5, Spike>, Flatten, Linear<3>>;

}  // namespace

TEST_CASE("Model: gradients of learnable neurons are central differences [model]") {
  test::check_all_losses<LearnableNeurons>();
}

TEST_CASE("Model: gradients of a network without neurons are central differences [model]") {
  test::check_all_losses<Timeless>({"0.bias"});
}

TEST_CASE("Model: weight gradients of spike and graded inputs are central differences [model]") {
  test::check_all_losses<OfSpikes>();
  test::check_all_losses<OfCounts>();
  test::check_all_losses<OfGraded>();
  test::check_all_losses<OfFlatSpikes>();
}

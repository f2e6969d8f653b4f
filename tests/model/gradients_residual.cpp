// SPDX-License-Identifier: MIT
#include <tests/model/gradient_check.hpp>

using namespace tet;

namespace {

constexpr ConvOptions halve{.stride = 2, .bias = Bias::none};
constexpr ConvOptions halve_shortcut{.kernel = 1, .stride = 2, .bias = Bias::none};

/// Both kinds of shortcut; the first block's branches disagree on whether they depend on time when the input does not.
using Blocks =
    Network<Input<4, 4, 2>, Residual<Sequential<test::SmoothLif, Conv2d<2>>, Conv2d<2, 1>>, test::SmoothLif,
            Residual<Sequential<Conv2d<2>, BatchNorm<>, test::SmoothLif, Conv2d<2>, BatchNorm<>>>, test::SmoothSoftLif,
            Residual<Sequential<Conv2d<3, halve>, BatchNorm<>>, Sequential<Conv2d<3, halve_shortcut>, BatchNorm<>>>,
            test::SmoothLif, GlobalAvgPool, Linear<3>>;

/// A residual in a residual, and a list that ends in one.
using Nested =
    Network<Input<3, 3, 1>, Conv2d<2>, Residual<Sequential<Residual<Conv2d<2, 1>>, test::SmoothLif, Conv2d<2>>>,
            Flatten, Residual<Linear<18>>, test::SmoothLif, Linear<2>>;

}  // namespace

TEST_CASE("Residual: gradients through identity and convolution shortcuts are central differences [model]") {
  test::check_all_losses<Blocks>({"2.main.0.bias", "2.main.3.bias"});
}

TEST_CASE("Residual: gradients of nested blocks are central differences [model]") { test::check_all_losses<Nested>(); }

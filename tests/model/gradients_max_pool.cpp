// SPDX-License-Identifier: MIT
#include <tests/model/gradient_check.hpp>

using namespace tet;

namespace {

constexpr MaxPoolOptions stem{.kernel = 3, .stride = 2, .padding = 1};
constexpr MaxPoolOptions overlap{.kernel = 2, .stride = 1};

/// A max pooling first, behind neurons, before neurons, before a BatchNorm, and between poolings.
using Pools = Network<Input<9, 8, 2>, MaxPool2d<overlap>, Conv2d<3>, BatchNorm<>, test::SmoothLif, MaxPool2d<stem>,
                      test::SmoothSoftLif, Conv2d<2>, MaxPool2d<overlap>, BatchNorm<>, test::SmoothLif, AvgPool2d<2>,
                      MaxPool2d<1>, Flatten, Linear<3>>;

/// At both ends of residual branches: it reads an input that others still need, and its output is added to in place.
using Branches = Network<Input<4, 4, 2>, Conv2d<2>, test::SmoothLif,
                         Residual<Sequential<MaxPool2d<stem>, Conv2d<3>, MaxPool2d<MaxPoolOptions{.kernel = 1}>>,
                                  Sequential<Conv2d<3, 1>, MaxPool2d<2>>>,
                         test::SmoothLif, Flatten, Linear<2>>;

}  // namespace

TEST_CASE("MaxPool2d: gradients in every neighbourhood are central differences [model]") {
  test::check_all_losses<Pools>({"1.bias"});
}

TEST_CASE("MaxPool2d: gradients through residual branches are central differences [model]") {
  test::check_all_losses<Branches>();
}

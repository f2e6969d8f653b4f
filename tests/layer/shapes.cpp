// SPDX-License-Identifier: MIT
#include <tests/support/smooth.hpp>
#include <tet/layer/layers.hpp>
#include <tet/neuron/neurons.hpp>

#include <doctest/doctest.h>

#include <concepts>

using namespace tet;

namespace {

template <Index H, Index W, Index C, class Kind = Analog>
using Image = Signal<Shape{H, W, C}, Kind>;
template <Index F, class Kind = Analog>
using Features = Signal<Shape{F}, Kind>;

template <class Layer, class In, class Out>
constexpr bool gives = std::same_as<LayerOutput<Layer, In>, Out>;

}  // namespace

TEST_CASE("Conv2d: output shapes for kernels strides and padding [layer]") {
  CHECK(gives<Conv2d<8>, Image<5, 7, 2>, Image<5, 7, 8>>);
  CHECK(gives<Conv2d<8, 1>, Image<5, 7, 2>, Image<5, 7, 8>>);
  CHECK(gives<Conv2d<8, 5>, Image<5, 7, 2, Spike>, Image<5, 7, 8>>);
  CHECK(gives<Conv2d<8, ConvOptions{.padding = 0}>, Image<5, 7, 2>, Image<3, 5, 8>>);
  CHECK(gives<Conv2d<8, ConvOptions{.stride = 2}>, Image<5, 8, 2>, Image<3, 4, 8>>);
  CHECK(gives<Conv2d<8, ConvOptions{.kernel = 1, .stride = 2}>, Image<5, 8, 2>, Image<3, 4, 8>>);
  CHECK(gives<Conv2d<8, ConvOptions{.kernel = 4, .stride = 3, .padding = 2}>, Image<5, 8, 2>, Image<2, 3, 8>>);
  CHECK(gives<Conv2d<8, ConvOptions{.kernel = 5, .padding = 0}>, Image<5, 5, 2>, Image<1, 1, 8>>);
  CHECK(Conv2d<8>::has_bias);
  CHECK_FALSE(Conv2d<8, ConvOptions{.bias = Bias::none}>::has_bias);
  CHECK(Conv2d<8>::macs<Image<5, 7, 2>>() == 35 * 8 * 2 * 9);
}

TEST_CASE("AvgPool2d and GlobalAvgPool: shapes and kinds [layer]") {
  CHECK(gives<AvgPool2d<2>, Image<4, 6, 3, Spike>, Image<2, 3, 3, Graded<4, 4>>>);
  CHECK(gives<AvgPool2d<2>, Image<5, 7, 3>, Image<2, 3, 3>>);
  CHECK(gives<AvgPool2d<2>, Image<2, 2, 3, Graded<4, 4>>, Image<1, 1, 3, Graded<16, 16>>>);
  CHECK(gives<AvgPool2d<4>, Image<4, 4, 3, Graded<16, 16>>, Image<1, 1, 3>>);
  CHECK(gives<GlobalAvgPool, Image<4, 4, 3, Spike>, Features<3, Graded<16, 16>>>);
  CHECK(gives<GlobalAvgPool, Image<16, 16, 3, Spike>, Features<3>>);
}

TEST_CASE("MaxPool2d: shapes with padding and overlap, the kind stays [layer]") {
  using Stem = MaxPool2d<MaxPoolOptions{.kernel = 3, .stride = 2, .padding = 1}>;
  CHECK(gives<Stem, Image<112, 112, 64, Spike>, Image<56, 56, 64, Spike>>);
  CHECK(gives<Stem, Image<5, 8, 3, Graded<4, 4>>, Image<3, 4, 3, Graded<4, 4>>>);
  CHECK(gives<MaxPool2d<>, Image<5, 8, 3>, Image<2, 4, 3>>);
  CHECK(gives<MaxPool2d<3>, Image<6, 8, 3>, Image<2, 2, 3>>);
  CHECK(gives<MaxPool2d<MaxPoolOptions{.kernel = 2, .stride = 1}>, Image<6, 8, 3, Spike>, Image<5, 7, 3, Spike>>);
}

TEST_CASE("Flatten and Linear: features remember the image that they were [layer]") {
  using Flat = LayerOutput<Flatten, Image<2, 3, 4, Spike>>;
  CHECK(std::same_as<Flat, Signal<Shape{24}, Spike, Shape{2, 3, 4}>>);
  CHECK(gives<Linear<5>, Flat, Features<5>>);
  CHECK(std::same_as<LayerOutput<BatchNorm<>, Flat>::Kind, Analog>);
  CHECK(same_shape(LayerOutput<BatchNorm<>, Flat>::origin, Shape{2, 3, 4}));
  CHECK(Linear<5>::macs<Flat>() == 120);
}

TEST_CASE("SpikeJoin: ADD counts up block after block, AND and IAND stay spikes [layer]") {
  using Main = Sequential<Conv2d<3>, BatchNorm<>, Lif<>>;
  using Add = SpikeJoin<Join::add, Main>;
  using Bits = Image<4, 4, 3, Spike>;
  CHECK(gives<Add, Bits, Image<4, 4, 3, Graded<2, 1>>>);
  CHECK(gives<Sequential<Add, Add, Add>, Bits, Image<4, 4, 3, Graded<4, 1>>>);
  CHECK(gives<Add, Image<4, 4, 3, Graded<254, 1>>, Image<4, 4, 3, Graded<255, 1>>>);
  CHECK(gives<Sequential<Add, Add>, Image<4, 4, 3, Graded<254, 1>>, Image<4, 4, 3>>);  // more than a byte holds
  CHECK(gives<SpikeJoin<Join::add, Main, AvgPool2d<1>>, Image<4, 4, 3, Graded<4, 4>>, Image<4, 4, 3, Graded<8, 4>>>);
  CHECK(gives<SpikeJoin<Join::logical_and, Main>, Bits, Bits>);
  CHECK(gives<SpikeJoin<Join::inverted_and, Main, Main>, Image<4, 4, 2>, Bits>);
}

TEST_CASE("Neurons: they keep the shape and give spikes or analog values where smooth [layer]") {
  CHECK(gives<Lif<>, Image<4, 4, 3>, Image<4, 4, 3, Spike>>);
  CHECK(gives<If<>, Features<7>, Features<7, Spike>>);
  CHECK(gives<test::Smooth<Lif<>>, Image<4, 4, 3>, Image<4, 4, 3>>);
}

TEST_CASE("Residual and Sequential: nested lists give the shape of their last layer [layer]") {
  using Main = Sequential<Conv2d<6, ConvOptions{.stride = 2}>, BatchNorm<>, Lif<>, Sequential<Conv2d<6>, BatchNorm<>>>;
  using Shortcut = Conv2d<6, ConvOptions{.kernel = 1, .stride = 2}>;
  CHECK(gives<Residual<Main, Shortcut>, Image<8, 8, 3, Spike>, Image<4, 4, 6>>);
  CHECK(gives<Residual<Conv2d<3>>, Image<8, 8, 3, Spike>, Image<8, 8, 3>>);
  CHECK(gives<Sequential<>, Image<8, 8, 3>, Image<8, 8, 3>>);
}

TEST_CASE("Network: input and output shapes of a network [layer]") {
  using Net = Network<Input<8, 8, 2, Spike>, Conv2d<4>, Lif<>, AvgPool2d<2>, Flatten, Linear<10>>;
  CHECK(same_shape(Net::input_shape, Shape{8, 8, 2}));
  CHECK(same_shape(Net::output_shape, Shape{10}));
  CHECK(std::same_as<Net::InputSignal::Kind, Spike>);
  CHECK(std::same_as<Net::OutputSignal::Kind, Analog>);
}

// SPDX-License-Identifier: MIT
#include <tet/layer/parameter_count.hpp>
#include <tet/neuron/neurons.hpp>
#include <tet/zoo/zoo.hpp>

#include <doctest/doctest.h>

#include <concepts>

using namespace tet;

// torchvision's numbers for 1,000 classes; known from the types alone.
static_assert(parameter_count<zoo::SpikingResNet18<>> == 11'689'512);
static_assert(parameter_count<zoo::SpikingResNet34<>> == 21'797'672);
static_assert(parameter_count<zoo::SewResNet18<>> == 11'689'512);
static_assert(parameter_count<zoo::SewResNet34<>> == 21'797'672);
static_assert(parameter_count<zoo::SewResNet50<>> == 25'557'032);
static_assert(parameter_count<zoo::SewResNet50<1000, Join::inverted_and>> == 25'557'032);

namespace {

/// Signal before the last Flatten or pooling, of a network without its last two layers.
template <class Net>
struct Features;
template <class In, class A, class B, class C, class D, class E, class Pool, class Out>
struct Features<Network<In, A, B, C, D, E, Pool, Out>> {
  using type = LayerOutput<Sequential<A, B, C, D, E>, typename In::Signal>;
};
template <class Net>
using FeaturesOf = typename Features<Net>::type;

}  // namespace

TEST_CASE("ResNets: maps of 7x7 and the channels of torchvision's before the global pooling [zoo]") {
  CHECK(std::same_as<FeaturesOf<zoo::SpikingResNet18<>>, Signal<Shape{7, 7, 512}, Spike>>);
  CHECK(std::same_as<FeaturesOf<zoo::SewResNet18<>>, Signal<Shape{7, 7, 512}, Graded<3, 1>>>);
  CHECK(std::same_as<FeaturesOf<zoo::SewResNet34<>>, Signal<Shape{7, 7, 512}, Graded<4, 1>>>);
  CHECK(std::same_as<FeaturesOf<zoo::SewResNet50<>>, Signal<Shape{7, 7, 2048}, Graded<4, 1>>>);
  CHECK(std::same_as<FeaturesOf<zoo::SewResNet50<1000, Join::logical_and>>, Signal<Shape{7, 7, 2048}, Spike>>);
}

TEST_CASE("ResNets: classes, image size and width are open [zoo]") {
  constexpr zoo::ResNetOptions small{.size = 32, .channels = 1, .width = 16};
  using Net = zoo::SewResNet18<10, Join::inverted_and, If<>, small>;
  CHECK(Net::input_shape == Shape{32, 32, 1});
  CHECK(Net::output_shape == Shape{10});
  CHECK(std::same_as<FeaturesOf<Net>, Signal<Shape{1, 1, 128}, Spike>>);
}

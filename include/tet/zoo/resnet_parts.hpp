// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/layers.hpp>
#include <tet/zoo/block.hpp>

namespace tet::zoo {

/// Sizes that ResNets for ImageNet share. The defaults are theirs; others make small relatives.
struct ResNetOptions {
  Index size = 224;  ///< height and width of an image
  Index channels = 3;
  Index width = 64;  ///< channels of the stem and the first stage; each later stage doubles them
};

namespace detail {

/// Convolution without bias, BatchNorm, neuron.
template <Index Channels, Index Kernel, Index Stride, NeuronModel Neuron>
using ConvNeuron = Sequential<Conv2d<Channels, ConvOptions{.kernel = Kernel, .stride = Stride, .bias = Bias::none}>,
                              BatchNorm<>, Neuron>;

/// 7x7 convolution, BatchNorm, neuron, 3x3 max pooling, both of stride 2.
template <Index Width, NeuronModel Neuron>
using ImageNetStem =
    Sequential<ConvNeuron<Width, 7, 2, Neuron>, MaxPool2d<MaxPoolOptions{.kernel = 3, .stride = 2, .padding = 1}>>;

/// Count times the same block, one after another.
template <class Block, Index Count, class... Blocks>
struct Repeat : Repeat<Block, Count - 1, Blocks..., Block> {};
template <class Block, class... Blocks>
struct Repeat<Block, 0, Blocks...> {
  using type = Sequential<Blocks...>;
};
template <class Block, Index Count>
using RepeatBlock = typename Repeat<Block, Count>::type;

}  // namespace detail

}  // namespace tet::zoo

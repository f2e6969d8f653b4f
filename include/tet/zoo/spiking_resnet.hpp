// SPDX-License-Identifier: MIT
#pragma once

#include <tet/zoo/resnet_parts.hpp>

namespace tet::zoo {

namespace detail {

/// Convolution, norm, neuron, convolution, norm, added to the shortcut; the joining neuron follows.
template <Index Channels, Index Stride, class Shortcut, NeuronModel Neuron>
using SpikingBlock =
    Sequential<Residual<Sequential<ConvNeuron<Channels, 3, Stride, Neuron>, ConvNorm<Channels, 3, 1>>, Shortcut>,
               Neuron>;

/// The first block halves the map (of all stages but the first) and doubles the channels.
template <Index Channels, Index Blocks, NeuronModel Neuron>
using SpikingStage = Sequential<SpikingBlock<Channels, 2, ConvNorm<Channels, 1, 2>, Neuron>,
                                RepeatBlock<SpikingBlock<Channels, 1, Identity, Neuron>, Blocks - 1>>;

template <Index First, Index Second, Index Third, Index Fourth, Index Classes, NeuronModel Neuron, ResNetOptions o>
using SpikingResNet = Network<Input<o.size, o.size, o.channels>, ImageNetStem<o.width, Neuron>,
                              RepeatBlock<SpikingBlock<o.width, 1, Identity, Neuron>, First>,
                              SpikingStage<2 * o.width, Second, Neuron>, SpikingStage<4 * o.width, Third, Neuron>,
                              SpikingStage<8 * o.width, Fourth, Neuron>, GlobalAvgPool, Linear<Classes>>;

}  // namespace detail

/// ResNet-18 and -34 with neurons in place of ReLU: parameters and their order are those of torchvision's resnet18 and
/// resnet34.
///
/// `SpikingResNet18<10, Lif<>, ResNetOptions{.size = 32, .width = 16}>` is a small relative.
/// Source: He et al. 2016, table 1; the spiking ResNet that Fang et al. 2021, fig. 1b, compare with.
template <Index Classes = 1000, NeuronModel Neuron = Lif<>, ResNetOptions options = ResNetOptions{}>
using SpikingResNet18 = detail::SpikingResNet<2, 2, 2, 2, Classes, Neuron, options>;

template <Index Classes = 1000, NeuronModel Neuron = Lif<>, ResNetOptions options = ResNetOptions{}>
using SpikingResNet34 = detail::SpikingResNet<3, 4, 6, 3, Classes, Neuron, options>;

}  // namespace tet::zoo

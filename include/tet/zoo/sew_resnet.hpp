// SPDX-License-Identifier: MIT
#pragma once

#include <tet/zoo/resnet_parts.hpp>

namespace tet::zoo {

namespace detail {

/// Two 3x3 convolutions, each with norm and neuron, joined with the shortcut.
template <Join join, Index Channels, Index Stride, class Shortcut, NeuronModel Neuron>
using SewBasic =
    SpikeJoin<join, Sequential<ConvNeuron<Channels, 3, Stride, Neuron>, ConvNeuron<Channels, 3, 1, Neuron>>, Shortcut>;

/// 1x1, 3x3 and 1x1 convolutions, the last to four times the channels; the stride is that of the 3x3 convolution.
template <Join join, Index Channels, Index Stride, class Shortcut, NeuronModel Neuron>
using SewBottleneck = SpikeJoin<join,
                                Sequential<ConvNeuron<Channels, 1, 1, Neuron>, ConvNeuron<Channels, 3, Stride, Neuron>,
                                           ConvNeuron<4 * Channels, 1, 1, Neuron>>,
                                Shortcut>;

/// A first block that changes the shape, with a 1x1 convolution, norm and neuron on its shortcut, then blocks that keep it.
template <Join join, Index Channels, Index Stride, Index Blocks, NeuronModel Neuron>
using SewBasicStage = Sequential<SewBasic<join, Channels, Stride, ConvNeuron<Channels, 1, Stride, Neuron>, Neuron>,
                                 RepeatBlock<SewBasic<join, Channels, 1, Identity, Neuron>, Blocks - 1>>;

template <Join join, Index Channels, Index Stride, Index Blocks, NeuronModel Neuron>
using SewBottleneckStage =
    Sequential<SewBottleneck<join, Channels, Stride, ConvNeuron<4 * Channels, 1, Stride, Neuron>, Neuron>,
               RepeatBlock<SewBottleneck<join, Channels, 1, Identity, Neuron>, Blocks - 1>>;

/// The first stage has the stem's shape: no block of it changes it.
template <Index First, Index Second, Index Third, Index Fourth, Index Classes, Join join, NeuronModel Neuron,
          ResNetOptions o>
using SewBasicResNet =
    Network<Input<o.size, o.size, o.channels>, ImageNetStem<o.width, Neuron>,
            RepeatBlock<SewBasic<join, o.width, 1, Identity, Neuron>, First>,
            SewBasicStage<join, 2 * o.width, 2, Second, Neuron>, SewBasicStage<join, 4 * o.width, 2, Third, Neuron>,
            SewBasicStage<join, 8 * o.width, 2, Fourth, Neuron>, GlobalAvgPool, Linear<Classes>>;

}  // namespace detail

/// SEW-ResNet-18, -34 and -50: ResNets whose blocks join spikes with spikes (add, and, iand). Parameters and their order are
/// those of torchvision's resnet18, resnet34 and resnet50.
///
/// `SewResNet18<10, Join::inverted_and, Lif<>, ResNetOptions{.size = 32, .width = 16}>` is a small relative.
/// Source: Fang et al. 2021, "Deep Residual Learning in Spiking Neural Networks", sec. 3.3 and appendix; its authors' code.
template <Index Classes = 1000, Join join = Join::add, NeuronModel Neuron = Lif<>,
          ResNetOptions options = ResNetOptions{}>
using SewResNet18 = detail::SewBasicResNet<2, 2, 2, 2, Classes, join, Neuron, options>;

template <Index Classes = 1000, Join join = Join::add, NeuronModel Neuron = Lif<>,
          ResNetOptions options = ResNetOptions{}>
using SewResNet34 = detail::SewBasicResNet<3, 4, 6, 3, Classes, join, Neuron, options>;

template <Index Classes = 1000, Join join = Join::add, NeuronModel Neuron = Lif<>, ResNetOptions o = ResNetOptions{}>
using SewResNet50 =
    Network<Input<o.size, o.size, o.channels>, detail::ImageNetStem<o.width, Neuron>,
            detail::SewBottleneckStage<join, o.width, 1, 3, Neuron>,
            detail::SewBottleneckStage<join, 2 * o.width, 2, 4, Neuron>,
            detail::SewBottleneckStage<join, 4 * o.width, 2, 6, Neuron>,
            detail::SewBottleneckStage<join, 8 * o.width, 2, 3, Neuron>, GlobalAvgPool, Linear<Classes>>;

}  // namespace tet::zoo

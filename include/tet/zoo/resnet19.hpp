// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/layers.hpp>
#include <tet/zoo/block.hpp>

namespace tet::zoo {

namespace detail {

/// Convolution, norm, neuron, convolution, norm; a 1x1 convolution on the shortcut where the shape changes. The joining
/// neuron follows.
template <Index Channels, Index Stride, class Shortcut, NeuronModel Neuron>
using BasicBlock =
    Sequential<Residual<Sequential<Conv2d<Channels, ConvOptions{.stride = Stride, .bias = Bias::none}>, BatchNorm<>,
                                   Neuron, Conv2d<Channels, ConvOptions{.bias = Bias::none}>, BatchNorm<>>,
                        Shortcut>,
               Neuron>;

template <Index Channels, NeuronModel Neuron>
using SameBlock = BasicBlock<Channels, 1, Identity, Neuron>;

template <Index Channels, Index Stride, NeuronModel Neuron>
using WideningBlock = BasicBlock<Channels, Stride, ConvNorm<Channels, 1, Stride>, Neuron>;

}  // namespace detail

// One row for each resolution:
// clang-format off

/// ResNet-19 of the TET paper for images of 32x32: a stem of 64 channels, blocks [3, 3, 2] of 128, 256, 512, two fully
/// connected layers.
///
/// Source: Zheng et al. 2021 (tdBN), fig. 3; resnet19 of the TET authors' code. No convolution has a bias.
template <Index Classes = 10, NeuronModel Neuron = Lif<>>
using ResNet19 = Network<
    Input<32, 32, 3>,                                                                                       // 32x32x3
    ConvNorm<64, 3, 1>, Neuron,                                                                             // 32x32x64
    detail::WideningBlock<128, 1, Neuron>, detail::SameBlock<128, Neuron>, detail::SameBlock<128, Neuron>,  // 32x32x128
    detail::WideningBlock<256, 2, Neuron>, detail::SameBlock<256, Neuron>, detail::SameBlock<256, Neuron>,  // 16x16x256
    detail::WideningBlock<512, 2, Neuron>, detail::SameBlock<512, Neuron>,                                  // 8x8x512
    GlobalAvgPool, Linear<256>, Neuron, Linear<Classes>>;
// clang-format on

static_assert(ResNet19<100>::output_shape == Shape{100});

}  // namespace tet::zoo

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/batch_norm.hpp>
#include <tet/layer/conv2d.hpp>
#include <tet/layer/sequential.hpp>
#include <tet/neuron/lif.hpp>

namespace tet::zoo {

/// 3x3 convolution with bias, BatchNorm, neuron: the unit of the paper's VGG networks.
template <Index Channels, NeuronModel Neuron>
using VggBlock = Sequential<Conv2d<Channels, 3>, BatchNorm<>, Neuron>;

/// Convolution without bias and BatchNorm: the unit of the paper's ResNet.
template <Index Channels, Index Kernel, Index Stride>
using ConvNorm =
    Sequential<Conv2d<Channels, ConvOptions{.kernel = Kernel, .stride = Stride, .bias = Bias::none}>, BatchNorm<>>;

}  // namespace tet::zoo

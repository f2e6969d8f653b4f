// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/layers.hpp>
#include <tet/zoo/block.hpp>

namespace tet::zoo {

// One row for each resolution:
// clang-format off

/// 64C3-128C3-AP2-256C3-AP2-FC for images of 32x32: trains on two cores. Not a network of the paper.
template <Index Classes = 10, NeuronModel Neuron = Lif<>>
using CifarSmall = Network<Input<32, 32, 3>,                       // (32, 32, 3)
                           VggBlock<64, Neuron>,                   // (32, 32, 64)
                           VggBlock<128, Neuron>, AvgPool2d<2>,    // (16, 16, 128)
                           VggBlock<256, Neuron>, AvgPool2d<2>,    // (8, 8, 256)
                           Flatten, Linear<Classes>>;
// clang-format on

static_assert(CifarSmall<10>::output_shape == Shape{10});

}  // namespace tet::zoo

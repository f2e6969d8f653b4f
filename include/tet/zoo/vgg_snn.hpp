// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/layers.hpp>
#include <tet/zoo/block.hpp>

namespace tet::zoo {

// One row for each resolution:
// clang-format off

/// VGGSNN of the TET paper for event data of 48x48, T = 10:
/// 64C3-128C3-AP2-256C3-256C3-AP2-512C3-512C3-AP2-512C3-512C3-AP2-FC.
///
/// Source: Deng et al. 2022, appendix A.4; VGGSNN of the authors' code.
template <Index Classes = 10, NeuronModel Neuron = Lif<>>
using VggSnn = Network<Input<48, 48, 2>,                                              // (48, 48, 2)
                       VggBlock<64, Neuron>, VggBlock<128, Neuron>, AvgPool2d<2>,     // (24, 24, 128)
                       VggBlock<256, Neuron>, VggBlock<256, Neuron>, AvgPool2d<2>,    // (12, 12, 256)
                       VggBlock<512, Neuron>, VggBlock<512, Neuron>, AvgPool2d<2>,    // (6, 6, 512)
                       VggBlock<512, Neuron>, VggBlock<512, Neuron>, AvgPool2d<2>,    // (3, 3, 512)
                       Flatten, Linear<Classes>>;

/// VggSnn with a neuron after each pooling: only spikes flow between layers.
///
/// Source: APLayer of the authors' code.
template <Index Classes = 10, NeuronModel Neuron = Lif<>>
using VggSnnNeuronPooling =
    Network<Input<48, 48, 2>,
            VggBlock<64, Neuron>, VggBlock<128, Neuron>, AvgPool2d<2>, Neuron,
            VggBlock<256, Neuron>, VggBlock<256, Neuron>, AvgPool2d<2>, Neuron,
            VggBlock<512, Neuron>, VggBlock<512, Neuron>, AvgPool2d<2>, Neuron,
            VggBlock<512, Neuron>, VggBlock<512, Neuron>, AvgPool2d<2>, Neuron,
            Flatten, Linear<Classes>>;
// clang-format on

static_assert(VggSnn<10>::output_shape == Shape{10});
static_assert(VggSnnNeuronPooling<100>::output_shape == Shape{100});

}  // namespace tet::zoo

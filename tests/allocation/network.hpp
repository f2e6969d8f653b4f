// SPDX-License-Identifier: MIT
#pragma once

#include <tests/support/random_batch.hpp>
#include <tet/backend/cpu/primitives.hpp>
#include <tet/layer/layers.hpp>
#include <tet/neuron/neurons.hpp>

/// A network that reaches every kind of stage and every algorithm of synapses: spike-driven, Winograd, direct, matrix
/// products of more than one of their blocks.
namespace allocation {

template <tet::Index Channels>
using Block = tet::Sequential<tet::Conv2d<Channels>, tet::BatchNorm<>, tet::Lif<>>;

using Net = tet::Network<
    tet::Input<16, 16, 2>, Block<16>, Block<32>,
    tet::Residual<tet::Sequential<Block<32>, tet::Conv2d<32>, tet::BatchNorm<>>>, tet::Lif<>, tet::AvgPool2d<2>,
    tet::Residual<tet::Sequential<tet::Conv2d<48, tet::ConvOptions{.stride = 2}>, tet::BatchNorm<>>,
                  tet::Sequential<tet::Conv2d<48, tet::ConvOptions{.kernel = 1, .stride = 2}>, tet::BatchNorm<>>>,
    tet::Lif<>, tet::AvgPool2d<2>, tet::Flatten, tet::Linear<300>, tet::BatchNorm<>, tet::Linear<320>, tet::Lif<>,
    tet::Linear<5>>;

}  // namespace allocation

// SPDX-License-Identifier: MIT
#pragma once

#include <tests/support/reference.hpp>
#include <tet/backend/cpu/primitives.hpp>
#include <tet/data/batch.hpp>
#include <tet/layer/layers.hpp>
#include <tet/neuron/neurons.hpp>

#include <string>

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

inline tet::Batch random_batch(tet::Index timesteps, tet::Index batch_size, tet::Presentation presentation) {
  tet::Batch batch{.values = {},
                   .labels = {},
                   .timesteps = timesteps,
                   .batch_size = batch_size,
                   .presentation = presentation,
                   .shape = Net::input_shape};
  tet::Index const frames = presentation == tet::Presentation::repeated ? batch_size : timesteps * batch_size;
  batch.values = tet::test::random_values<float>({171}, 0, std::size_t(frames * Net::input_shape.size()), -1, 2);
  for (tet::Index b = 0; b < batch_size; ++b) batch.labels.push_back(int(b % 5));
  return batch;
}

}  // namespace allocation

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/layers.hpp>
#include <tet/neuron/lif.hpp>

namespace nmnist {

template <tet::Index Channels>
using Block = tet::Sequential<tet::Conv2d<Channels, 3>, tet::BatchNorm<>, tet::Lif<>>;

/// What nmnist trains and streaming runs: 34,000 weights.
using Net = tet::Network<tet::Input<34, 34, 2, tet::Spike>,  // (34, 34, 2), an OFF and an ON event are spikes
                         Block<16>, tet::AvgPool2d<2>,       // (17, 17, 16)
                         Block<32>, tet::AvgPool2d<2>,       // (8, 8, 32)
                         Block<64>, tet::AvgPool2d<2>,       // (4, 4, 64)
                         tet::Flatten, tet::Linear<10>>;

/// Ten frames of 32 ms hold a whole recording: three saccades of about 0.1 s.
inline constexpr tet::Index frame_duration = 32000;  // us
inline constexpr tet::Timesteps timesteps{10};

}  // namespace nmnist

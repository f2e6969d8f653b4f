// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/layers.hpp>
#include <tet/neuron/lif.hpp>

namespace digits {

template <tet::Index Channels>
using Block = tet::Sequential<tet::Conv2d<Channels, 3>, tet::BatchNorm<>, tet::Lif<>>;

/// For recordings of EventCamera; trains in seconds.
using Net = tet::Network<tet::Input<20, 20, 2, tet::Spike>,        // (20, 20, 2), events are spikes
                         Block<16>, Block<32>, tet::AvgPool2d<2>,  // (10, 10, 32)
                         Block<32>, tet::AvgPool2d<2>,             // (5, 5, 32)
                         tet::Flatten, tet::Linear<10>>;

}  // namespace digits

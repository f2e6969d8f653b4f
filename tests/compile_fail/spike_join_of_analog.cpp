// SPDX-License-Identifier: MIT
// expect-error: tet::SpikeJoin: a branch gives analog values; end it in a neuron
// expect-error: Kinds<tet::Analog, tet::Spike>
#include <tet/layer/layers.hpp>
#include <tet/neuron/neurons.hpp>

#if defined(TET_SHOULD_FAIL)
using Main = tet::Sequential<tet::Conv2d<2>, tet::BatchNorm<>>;
#else
using Main = tet::Sequential<tet::Conv2d<2>, tet::BatchNorm<>, tet::Lif<>>;
#endif

using Net = tet::Network<tet::Input<6, 4, 2, tet::Spike>, tet::SpikeJoin<tet::Join::logical_and, Main>>;
static_assert(Net::output_shape.channels() == 2);

// SPDX-License-Identifier: MIT
// expect-error: tet::SpikeJoin: the two branches give different shapes
// expect-error: \{3, 2, 8\}.*\{6, 4, 2\}
#include <tet/layer/layers.hpp>
#include <tet/neuron/neurons.hpp>

using Main = tet::Sequential<tet::Conv2d<8, tet::ConvOptions{.stride = 2}>, tet::Lif<>>;
#if defined(TET_SHOULD_FAIL)
using Block = tet::SpikeJoin<tet::Join::add, Main>;
#else
using Block = tet::SpikeJoin<tet::Join::add, Main, Main>;
#endif

using Net = tet::Network<tet::Input<6, 4, 2, tet::Spike>, Block>;
static_assert(Net::output_shape.channels() == 8);

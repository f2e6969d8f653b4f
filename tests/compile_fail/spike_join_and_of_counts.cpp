// SPDX-License-Identifier: MIT
// expect-error: tet::SpikeJoin: AND and IAND join two branches of spikes, not counts
// expect-error: Kinds<tet::Spike, tet::Graded<2, 1>
#include <tet/layer/layers.hpp>
#include <tet/neuron/neurons.hpp>

using Main = tet::Sequential<tet::Conv2d<2>, tet::BatchNorm<>, tet::Lif<>>;
#if defined(TET_SHOULD_FAIL)
constexpr tet::Join first = tet::Join::add;
#else
constexpr tet::Join first = tet::Join::logical_and;
#endif

using Net = tet::Network<tet::Input<6, 4, 2, tet::Spike>, tet::SpikeJoin<first, Main>,
                         tet::SpikeJoin<tet::Join::inverted_and, Main>>;
static_assert(Net::output_shape.channels() == 2);

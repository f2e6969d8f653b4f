// SPDX-License-Identifier: MIT
// expect-error: tet::Model: a network must end in analog values; put tet::Linear<classes> at its end
#include <tet/backend/cpu/primitives.hpp>
#include <tet/layer/layers.hpp>
#include <tet/model/model.hpp>
#include <tet/neuron/neurons.hpp>

#if defined(TET_SHOULD_FAIL)
using Net = tet::Network<tet::Input<4, 4, 2>, tet::Flatten, tet::Lif<>>;
#else
using Net = tet::Network<tet::Input<4, 4, 2>, tet::Flatten, tet::Lif<>, tet::Linear<10>>;
#endif

tet::Model<Net, tet::Cpu> model{tet::Seed{1}};

// SPDX-License-Identifier: MIT
// expect-error: tet::Sequential: one of its arguments is neither a layer nor a neuron
// expect-error: Dense
#include <tet/layer/layers.hpp>

struct Dense {};

#if defined(TET_SHOULD_FAIL)
using Net = tet::Network<tet::Input<4, 4, 2>, tet::Flatten, Dense>;
#else
using Net = tet::Network<tet::Input<4, 4, 2>, tet::Flatten>;
#endif
static_assert(Net::output_shape.size() == 32);

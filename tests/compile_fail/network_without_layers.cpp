// SPDX-License-Identifier: MIT
// expect-error: tet::Network: needs at least one layer after its tet::Input
#include <tet/layer/layers.hpp>

#if defined(TET_SHOULD_FAIL)
using Net = tet::Network<tet::Input<4, 4, 2>>;
#else
using Net = tet::Network<tet::Input<4, 4, 2>, tet::Flatten>;
#endif
static_assert(Net::output_shape.size() == 32);

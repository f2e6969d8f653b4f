// SPDX-License-Identifier: MIT
// expect-error: tet::Input: height, width and channels must be positive
#include <tet/layer/layers.hpp>

#if defined(TET_SHOULD_FAIL)
using Net = tet::Network<tet::Input<4, 4, 0>, tet::Flatten>;
#else
using Net = tet::Network<tet::Input<4, 4, 1>, tet::Flatten>;
#endif
static_assert(Net::output_shape.size() == 16);

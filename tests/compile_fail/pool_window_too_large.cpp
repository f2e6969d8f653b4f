// SPDX-License-Identifier: MIT
// expect-error: tet::AvgPool2d: the window is larger than its input
// expect-error: \{5, 3, 2\}
#include <tet/layer/layers.hpp>

#if defined(TET_SHOULD_FAIL)
using Net = tet::Network<tet::Input<5, 3, 2>, tet::AvgPool2d<4>>;
#else
using Net = tet::Network<tet::Input<5, 4, 2>, tet::AvgPool2d<4>>;
#endif
static_assert(Net::output_shape.size() == 2);

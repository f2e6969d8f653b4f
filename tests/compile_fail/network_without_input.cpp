// SPDX-License-Identifier: MIT
// expect-error: tet::Network: the first argument must be a tet::Input<H, W, C>
#include <tet/layer/layers.hpp>

#if defined(TET_SHOULD_FAIL)
using Net = tet::Network<tet::Conv2d<8>, tet::Flatten, tet::Linear<10>>;
#else
using Net = tet::Network<tet::Input<4, 4, 2>, tet::Conv2d<8>, tet::Flatten, tet::Linear<10>>;
#endif
static_assert(Net::output_shape.size() == 10);

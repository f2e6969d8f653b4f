// SPDX-License-Identifier: MIT
// expect-error: tet::MaxPool2d: padding may be at most half the kernel
#include <tet/layer/layers.hpp>

#if defined(TET_SHOULD_FAIL)
using Pool = tet::MaxPool2d<tet::MaxPoolOptions{.kernel = 3, .stride = 2, .padding = 2}>;
#else
using Pool = tet::MaxPool2d<tet::MaxPoolOptions{.kernel = 3, .stride = 2, .padding = 1}>;
#endif
static_assert(tet::Network<tet::Input<4, 4, 2>, Pool>::output_shape.channels() == 2);

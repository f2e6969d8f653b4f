// SPDX-License-Identifier: MIT
// expect-error: tet::MaxPool2d: the window is larger than its padded input
// expect-error: \{5, 2, 2\}
#include <tet/layer/layers.hpp>

constexpr tet::MaxPoolOptions options{.kernel = 5, .stride = 2, .padding = 1};
#if defined(TET_SHOULD_FAIL)
using Net = tet::Network<tet::Input<5, 2, 2>, tet::MaxPool2d<options>>;
#else
using Net = tet::Network<tet::Input<5, 3, 2>, tet::MaxPool2d<options>>;
#endif
static_assert(Net::output_shape.channels() == 2);

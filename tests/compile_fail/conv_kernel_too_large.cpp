// SPDX-License-Identifier: MIT
// expect-error: tet::Conv2d: the kernel is larger than its padded input
// expect-error: \{4, 3, 2\}
#include <tet/layer/layers.hpp>

#if defined(TET_SHOULD_FAIL)
constexpr tet::ConvOptions options{.kernel = 5, .padding = 0};
#else
constexpr tet::ConvOptions options{.kernel = 3, .padding = 0};
#endif

using Net = tet::Network<tet::Input<4, 3, 2>, tet::Conv2d<8, options>, tet::Flatten, tet::Linear<10>>;
static_assert(Net::output_shape.size() == 10);

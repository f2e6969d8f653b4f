// SPDX-License-Identifier: MIT
// expect-error: tet::Conv2d: kernel and stride must be positive, padding not negative
#include <tet/layer/layers.hpp>

#if defined(TET_SHOULD_FAIL)
constexpr tet::ConvOptions options{.padding = -2};
#else
constexpr tet::ConvOptions options{.padding = 2};
#endif

using Net = tet::Network<tet::Input<9, 9, 2>, tet::Conv2d<8, options>>;
static_assert(Net::output_shape.channels() == 8);

// SPDX-License-Identifier: MIT
// expect-error: tet::Conv2d: input must be \(H, W, C\); a convolution cannot follow tet::Flatten
// expect-error: Shape<1>\{.*\{24\}\}
#include <tet/layer/layers.hpp>

#if defined(TET_SHOULD_FAIL)
using Net = tet::Network<tet::Input<4, 3, 2>, tet::Flatten, tet::Conv2d<8>>;
#else
using Net = tet::Network<tet::Input<4, 3, 2>, tet::Conv2d<8>, tet::Flatten>;
#endif
static_assert(Net::output_shape.size() == 96);

// SPDX-License-Identifier: MIT
// expect-error: tet::GlobalAvgPool: input must be \(H, W, C\); it takes the place of tet::Flatten
// expect-error: Shape<1>\{.*\{32\}\}
#include <tet/layer/layers.hpp>

#if defined(TET_SHOULD_FAIL)
using Net = tet::Network<tet::Input<4, 4, 2>, tet::Flatten, tet::GlobalAvgPool>;
#else
using Net = tet::Network<tet::Input<4, 4, 2>, tet::GlobalAvgPool>;
#endif
static_assert(Net::output_shape.size() == 2);

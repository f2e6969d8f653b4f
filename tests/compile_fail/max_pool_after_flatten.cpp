// SPDX-License-Identifier: MIT
// expect-error: tet::MaxPool2d: input must be \(H, W, C\); pool before tet::Flatten
// expect-error: Shape<1>\{.*\{32\}\}
#include <tet/layer/layers.hpp>

#if defined(TET_SHOULD_FAIL)
using Net = tet::Network<tet::Input<4, 4, 2>, tet::Flatten, tet::MaxPool2d<2>>;
#else
using Net = tet::Network<tet::Input<4, 4, 2>, tet::MaxPool2d<2>, tet::Flatten>;
#endif
static_assert(Net::output_shape.size() == 8);

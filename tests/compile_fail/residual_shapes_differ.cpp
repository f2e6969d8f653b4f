// SPDX-License-Identifier: MIT
// expect-error: tet::Residual: the two branches give different shapes
// expect-error: \{3, 2, 8\}.*\{6, 4, 2\}
#include <tet/layer/layers.hpp>

using Main = tet::Conv2d<8, tet::ConvOptions{.stride = 2}>;
#if defined(TET_SHOULD_FAIL)
using Block = tet::Residual<Main>;
#else
using Block = tet::Residual<Main, tet::Conv2d<8, tet::ConvOptions{.kernel = 1, .stride = 2}>>;
#endif

using Net = tet::Network<tet::Input<6, 4, 2>, Block>;
static_assert(Net::output_shape.channels() == 8);

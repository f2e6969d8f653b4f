// SPDX-License-Identifier: MIT
// expect-error: tet::Linear: input must be \(F\); put tet::Flatten before it
// expect-error: Shape<3>\{.*\{4, 4, 2\}\}
#include <tet/layer/layers.hpp>

#if defined(TET_SHOULD_FAIL)
using Net = tet::Network<tet::Input<4, 4, 2>, tet::Linear<10>>;
#else
using Net = tet::Network<tet::Input<4, 4, 2>, tet::Flatten, tet::Linear<10>>;
#endif
static_assert(Net::output_shape.size() == 10);

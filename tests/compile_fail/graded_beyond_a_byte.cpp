// SPDX-License-Identifier: MIT
// expect-error: tet::Graded: a count is stored in one byte, so Max must lie in 1
#include <tet/layer/layers.hpp>

#if defined(TET_SHOULD_FAIL)
using Kind = tet::Graded<300, 4>;
#else
using Kind = tet::Graded<255, 4>;
#endif

static_assert(tet::Input<4, 4, 2, Kind>::Signal::Kind::max == Kind::max);

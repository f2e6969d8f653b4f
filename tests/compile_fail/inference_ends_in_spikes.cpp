// SPDX-License-Identifier: MIT
// expect-error: tet::Inference: a network must end in analog values; put tet::Linear<classes> at its end
#include <tet/cpu.hpp>

#if defined(TET_SHOULD_FAIL)
using Net = tet::Network<tet::Input<4, 4, 2>, tet::Flatten, tet::Lif<>>;
#else
using Net = tet::Network<tet::Input<4, 4, 2>, tet::Flatten, tet::Lif<>, tet::Linear<10>>;
#endif

static_assert(sizeof(tet::Inference<Net, tet::Cpu>) > 0);

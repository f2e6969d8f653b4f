// SPDX-License-Identifier: MIT
// expect-error: tet::Inference: the third argument is how weights are kept, tet::Float32 or tet::Int8
#include <tet/cpu.hpp>

using Net = tet::Network<tet::Input<4, 4, 2>, tet::Flatten, tet::Linear<10>>;
#if defined(TET_SHOULD_FAIL)
using Precision = float;
#else
using Precision = tet::Float32;
#endif

static_assert(sizeof(tet::Inference<Net, tet::Cpu, Precision>) > 0);

// SPDX-License-Identifier: MIT
#include <tet/tet.hpp>

int version_seen_by_second() { return TET_VERSION_MINOR; }

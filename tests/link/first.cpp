// SPDX-License-Identifier: MIT
// Two translation units of one program include tet: a function that is not inline would be defined twice.
#include <tet/tet.hpp>

int version_seen_by_second();

int main() { return version_seen_by_second() == TET_VERSION_MINOR ? 0 : 1; }

// SPDX-License-Identifier: MIT
// The crew's test cases once more, where ThreadSanitizer watches.
#include <tests/data/crew.cpp>

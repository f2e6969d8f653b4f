// SPDX-License-Identifier: MIT
#include <tests/tsan/train.hpp>

TEST_CASE("ThreadSanitizer: training steps in double on two threads have no race [tsan]") {
  CHECK(tet::test::train<double>(2) == tet::test::train<double>(1));
}

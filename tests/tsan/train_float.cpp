// SPDX-License-Identifier: MIT
#include <tests/tsan/train.hpp>

TEST_CASE("ThreadSanitizer: training steps in float on two threads have no race [tsan]") {
  CHECK(tet::test::train<float>(2) == tet::test::train<float>(1));
}

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

namespace tet {

/// How an operand of a matrix product lies in memory.
enum class Operand { plain, transposed };

/// c [m, n] = op(a) op(b), row-major, inner dimension k.
struct MatrixSizes {
  Operand a = Operand::plain, b = Operand::plain;
  Index m = 0, n = 0, k = 0;
};

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

namespace tet {

/// Loss of a batch, and how many of its samples were classified rightly.
struct LossSum {
  double loss = 0;
  Index correct = 0;
};

}  // namespace tet

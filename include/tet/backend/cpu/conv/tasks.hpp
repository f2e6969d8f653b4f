// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

namespace tet::conv {

/// How a forward pass is cut into tasks. Results do not depend on it: every output is one task's.
struct Tasks {
  Index timesteps = 1;    // of the images [T][B]; a task takes all timesteps of its places, in order
  Index wanted = 16;      // tasks; fewer where images are few
  Index slots = 1;        // tasks at once
  Index most_rows = 144;  // of a band of a spike-driven pass
};

}  // namespace tet::conv

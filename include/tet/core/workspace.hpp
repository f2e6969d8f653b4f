// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <cstddef>

namespace tet {

/// Scratch memory of one primitive's call, planned before training; its contents mean nothing between calls.
struct Workspace {
  std::byte* data = nullptr;
  Index bytes = 0;
};

}  // namespace tet

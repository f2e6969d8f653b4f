// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/signal.hpp>

namespace tet {

/// (H, W, C) -> (H*W*C), channels innermost; the kind stays. Files of other libraries order the features C, H, W: the
/// layers after it translate.
struct Flatten {
  static constexpr char const* name = "Flatten";

  template <class In>
  using Output = Signal<Shape{In::shape.size()}, typename In::Kind, In::origin>;

  template <class In>
  static constexpr Index macs() {
    return 0;
  }
};

}  // namespace tet

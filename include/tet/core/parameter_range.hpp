// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

namespace tet {

/// A model's parameters and their gradients as one range in the backend's memory; `count` is padded to a multiple of
/// 16.
template <class Scalar>
struct ParameterRange {
  Scalar* values = nullptr;
  Scalar const* gradients = nullptr;
  Index count = 0;
};

}  // namespace tet

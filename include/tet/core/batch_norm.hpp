// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

namespace tet {

/// Per-channel statistics of a BatchNorm: those of the batch, and the running ones that inference uses. Each
/// [channels].
template <class Scalar>
struct BatchNormMoments {
  Index channels = 0;
  Scalar const* mean = nullptr;
  Scalar const* variance = nullptr;
  Scalar* running_mean = nullptr;
  Scalar* running_variance = nullptr;
};

}  // namespace tet

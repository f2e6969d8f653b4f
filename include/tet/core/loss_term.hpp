// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

namespace tet {

/// What a loss sees of one sample at one timestep, and where it leaves its gradients.
///
/// Shape: output, mean, doutput, dmean: [classes]. The gradients are 0 when the loss is called.
template <class Scalar>
struct LossTerm {
  Scalar const* output;  ///< O[t], the network's output at this timestep
  Scalar const* mean;    ///< mean of O over all timesteps
  Index classes;
  int label;
  Index t;
  Index timesteps;
  Scalar* doutput;  ///< d loss / d O[t]
  Scalar* dmean;    ///< d loss / d mean
};

}  // namespace tet

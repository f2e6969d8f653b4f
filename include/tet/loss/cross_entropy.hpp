// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>
#include <tet/core/index.hpp>
#include <tet/core/math.hpp>

namespace tet {

/// CE(z, y) = log sum_k exp(z_k) - z_y; adds weight * (softmax(z) - onehot(y)) to `dz`.
///
/// Largest logit subtracted first, so large logits do not overflow.
/// Shape: z, dz [classes].
template <class Scalar>
TET_HD Scalar cross_entropy(Scalar const* z, Index classes, int label, Scalar weight, Scalar* dz) {
  Scalar largest = z[0];
  for (Index k = 1; k < classes; ++k) largest = max(largest, z[k]);
  Scalar total = 0;
  for (Index k = 0; k < classes; ++k) total += exp(z[k] - largest);
  for (Index k = 0; k < classes; ++k) dz[k] += weight * exp(z[k] - largest) / total;
  dz[label] -= weight;
  return log(total) + largest - z[label];
}

}  // namespace tet

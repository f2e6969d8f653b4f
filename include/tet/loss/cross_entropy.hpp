// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>
#include <tet/core/index.hpp>
#include <tet/core/math.hpp>

namespace tet {

/// CE(z, q) = log sum_k exp(z_k) - sum_k q_k z_k; adds weight * (softmax(z) - q) to `dz`.
///
/// The target is q_k = (1 - smoothing) [k = label] + smoothing / classes. Largest logit subtracted first, so large
/// logits do not overflow.
/// Source: label smoothing: Szegedy et al. 2016, sec. 7; label_smoothing of torch.nn.CrossEntropyLoss.
/// Shape: z, dz [classes].
template <class Scalar>
TET_HD Scalar cross_entropy(Scalar const* z, Index classes, int label, Scalar weight, Scalar* dz,
                            Scalar smoothing = 0) {
  Scalar largest = z[0];
  for (Index k = 1; k < classes; ++k) largest = max(largest, z[k]);
  Scalar total = 0;
  for (Index k = 0; k < classes; ++k) total += exp(z[k] - largest);
  for (Index k = 0; k < classes; ++k) dz[k] += weight * exp(z[k] - largest) / total;
  dz[label] -= weight * (Scalar(1) - smoothing);
  if (smoothing == Scalar(0)) return log(total) + largest - z[label];
  Scalar const share = smoothing / Scalar(classes);
  Scalar below = 0;  // sum of q_k (largest - z_k)
  for (Index k = 0; k < classes; ++k) {
    dz[k] -= weight * share;
    below += share * (largest - z[k]);
  }
  return log(total) + below + (Scalar(1) - smoothing) * (largest - z[label]);
}

}  // namespace tet

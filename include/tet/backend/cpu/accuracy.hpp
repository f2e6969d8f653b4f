// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/core/workspace.hpp>

#include <algorithm>

namespace tet {

/// correct[t] += number of samples whose output, averaged over timesteps 0 … t, is largest at the label.
///
/// Shape: output [T, B, K], labels [B], correct [T].
template <class Loops, class Scalar>
void count_correct(BasicCpu<Loops>&, Index timesteps, Index batch, Index classes, Scalar const* output,
                   int const* labels, Workspace workspace, Index* correct) {
  Scalar* const sum = reinterpret_cast<Scalar*>(workspace.data);
  for (Index b = 0; b < batch; ++b) {
    std::fill_n(sum, classes, Scalar(0));
    for (Index t = 0; t < timesteps; ++t) {
      Scalar const* const row = output + (t * batch + b) * classes;
      for (Index k = 0; k < classes; ++k) sum[k] += row[k];
      if (std::max_element(sum, sum + classes) - sum == labels[b]) ++correct[t];
    }
  }
}

}  // namespace tet

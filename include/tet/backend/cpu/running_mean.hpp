// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>

namespace tet {

/// Timesteps that enter a mean over time: `stride` values lie between two of them (0: all are the same), `before` came
/// earlier.
struct RunningMean {
  Index timesteps = 1;
  Index count = 0;
  Index stride = 0;
  Index before = 0;
};

/// sum[i] += x[t * stride + i] for each timestep in order (set where none came before); mean[i] = sum[i] / all
/// timesteps.
template <class Loops, class Scalar>
void running_mean(BasicCpu<Loops>&, RunningMean const& m, Scalar const* x, Scalar* sum, Scalar* mean) {
  for (Index i = 0; i < m.count; ++i) {
    Scalar total = m.before == 0 ? Scalar(0) : sum[i];
    for (Index t = 0; t < m.timesteps; ++t) total += x[t * m.stride + i];
    sum[i] = total;
    mean[i] = total / Scalar(m.before + m.timesteps);
  }
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/core/index.hpp>

#include <algorithm>

namespace tet::cpu {

/// out(c, sum over tasks of partials[task][c]), added in task order in double.
/// Order: fixed by sizes; the same bits for any number of threads.
template <class Loops, class Scalar, class Out>
void reduce_partials(BasicCpu<Loops>& exec, Scalar const* partials, Index tasks, Index stride, Index columns,
                     Out const& out) {
  constexpr Index block = 64;
  exec.parallel_for(ceil_div(columns, block), [=](Index b, Index) {
    Index const begin = b * block, width = std::min(block, columns - begin);
    double sum[block] = {};
    for (Index task = 0; task < tasks; ++task)
      for (Index c = 0; c < width; ++c) sum[c] += double(partials[task * stride + begin + c]);
    for (Index c = 0; c < width; ++c) out(begin + c, sum[c]);
  });
}

}  // namespace tet::cpu

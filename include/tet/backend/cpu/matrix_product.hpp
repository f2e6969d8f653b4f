// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/eigen.hpp>
#include <tet/core/index.hpp>
#include <tet/core/matrix.hpp>

#include <algorithm>

namespace tet {

/// c [m, n] = op(a) op(b), row-major, inner dimension k; a row `bias` [n] is added to each row of c where it is not
/// nullptr.
///
/// Eigen computes blocks of c, each in one task and single-threaded: the same bits for any number of threads. The inner
/// dimension is cut, too: Eigen packs a block of an operand on the stack up to EIGEN_STACK_ALLOCATION_LIMIT, 128 KiB,
/// and calls malloc for a larger one.
template <Operand op_a, Operand op_b, class Loops, class Scalar>
void matrix_product(BasicCpu<Loops>& exec, Index m, Index n, Index k, Scalar const* a, Scalar const* b,
                    Scalar const* bias, Scalar* c) {
  using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using ConstMap = Eigen::Map<Matrix const, Eigen::Unaligned>;
  using Strided = Eigen::Map<Matrix, Eigen::Unaligned, Eigen::OuterStride<>>;
  constexpr Index block_rows = 64, block_columns = 512 / Index(sizeof(Scalar)), block_inner = 256;
  Index const tasks_m = ceil_div(m, block_rows), tasks_n = ceil_div(n, block_columns);
  bool constexpr ta = op_a == Operand::transposed, tb = op_b == Operand::transposed;
  ConstMap const left(a, ta ? k : m, ta ? m : k), right(b, tb ? n : k, tb ? k : n);
  exec.parallel_for(tasks_m * tasks_n, [&](Index task, Index) {
    Index const i = task / tasks_n * block_rows, j = task % tasks_n * block_columns;
    Index const rows = std::min(block_rows, m - i), columns = std::min(block_columns, n - j);
    Strided out(c + i * n + j, rows, columns, Eigen::OuterStride<>(n));
    out.setZero();
    for (Index p = 0; p < k; p += block_inner) {
      Index const inner = std::min(block_inner, k - p);
      auto const multiply = [&](auto const& l, auto const& r) { out.noalias() += l * r; };
      if constexpr (ta && tb)
        multiply(left.block(p, i, inner, rows).transpose(), right.block(j, p, columns, inner).transpose());
      else if constexpr (ta) multiply(left.block(p, i, inner, rows).transpose(), right.block(p, j, inner, columns));
      else if constexpr (tb) multiply(left.block(i, p, rows, inner), right.block(j, p, columns, inner).transpose());
      else multiply(left.block(i, p, rows, inner), right.block(p, j, inner, columns));
    }
    if (bias != nullptr) out.rowwise() += Eigen::Map<Eigen::Matrix<Scalar, 1, Eigen::Dynamic> const>(bias + j, columns);
  });
}

/// sum[c] = sum over rows of a [rows, columns].
/// Order: row by row; the same bits for any number of threads.
template <class Loops, class Scalar>
void column_sums(BasicCpu<Loops>& exec, Index rows, Index columns, Scalar const* a, Scalar* sum) {
  constexpr Index block = 64;
  exec.parallel_for(ceil_div(columns, block), [&](Index b, Index) {
    Index const begin = b * block, width = std::min(block, columns - begin);
    double total[block] = {};
    for (Index r = 0; r < rows; ++r)
      for (Index c = 0; c < width; ++c) total[c] += double(a[r * columns + begin + c]);
    for (Index c = 0; c < width; ++c) sum[begin + c] = Scalar(total[c]);
  });
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/cuda.cuh>
#include <tet/core/values.hpp>
#include <tet/core/workspace.hpp>

#include <algorithm>

namespace tet::gpu {

/// Sums over the rows of an array [rows][columns] of doubles: a tree of fixed shape, 64 rows at each node. Its levels follow
/// the array in memory.
struct SumTree {
  Index rows = 0, columns = 0;

  static constexpr Index fan_in = 64;

  Index bytes() const {
    Index left = rows, total = rows;
    while (left > 1) total += left = ceil_div(left, fan_in);
    return total * columns * Index(sizeof(double));
  }
};

struct AddRows {
  double const* from;  // [rows][columns]
  double* to;          // [ceil(rows / fan_in)][columns]
  Index rows, columns;

  TET_HD void operator()(Index i) const {
    Index const first = i / columns * SumTree::fan_in, end = first + SumTree::fan_in;
    double sum = 0;
    for (Index row = first; row < end && row < rows; ++row) sum += from[row * columns + i % columns];
    to[i] = sum;
  }
};

/// Sums the array at the begin of the tree's memory; returns the place of the sums [columns].
template <class Execution>
double const* add_rows(BasicCuda<Execution>& exec, SumTree tree, double* array) {
  while (tree.rows > 1) {
    Index const fewer = ceil_div(tree.rows, SumTree::fan_in);
    double* const to = array + tree.rows * tree.columns;
    exec.for_each(fewer * tree.columns, AddRows{array, to, tree.rows, tree.columns});
    array = to;
    tree.rows = fewer;
  }
  return array;
}

/// How sums per channel over many pixels are cut: one thread sums a chunk of pixels of one channel, then a tree of fixed
/// shape adds the chunks. A function of sizes only, so the same bits in every run.
struct ChannelChunks {
  Index pixels = 0, channels = 0;

  static constexpr Index wanted_threads = Index(1) << 18;
  static constexpr Index least_pixels = 16;

  Index chunks() const {
    return std::clamp<Index>(wanted_threads / std::max<Index>(channels, 1), 1,
                             std::max<Index>(ceil_div(pixels, least_pixels), 1));
  }
  Index chunk_pixels() const { return ceil_div(pixels, chunks()); }

  /// Bytes of scratch for `sums` sums of each channel.
  Index bytes(Index sums) const { return SumTree{chunks(), sums * channels}.bytes(); }
};

/// sums of one chunk and channel: term(first pixel, end, c) -> Values<double, N>.
template <class Term, int N>
struct SumChunk {
  Term term;
  Index pixels, channels, chunk_pixels;
  double* partials;  // [chunks][N][channels]

  TET_HD void operator()(Index i) const {
    Index const chunk = i / channels, c = i % channels, first = chunk * chunk_pixels, end = first + chunk_pixels;
    Values<double, N> const sums = term(first < pixels ? first : pixels, end < pixels ? end : pixels, c);
    for (int k = 0; k < N; ++k) partials[(chunk * N + k) * channels + c] = sums[k];
  }
};

/// Sums of all chunks, in the workspace. Shape: [N][channels].
template <int N, class Execution, class Term>
double const* channel_sums(BasicCuda<Execution>& exec, ChannelChunks const& cut, Term const& term,
                           Workspace workspace) {
  auto* const partials = reinterpret_cast<double*>(workspace.data);
  exec.for_each(cut.chunks() * cut.channels,
                SumChunk<Term, N>{term, cut.pixels, cut.channels, cut.chunk_pixels(), partials});
  return add_rows(exec, SumTree{cut.chunks(), N * cut.channels}, partials);
}

/// A sum of each channel to where it is wanted.
template <class Scalar>
struct StoreSum {
  double const* sum;
  Scalar* to;
  TET_HD void operator()(Index c) const { to[c] = Scalar(sum[c]); }
};

}  // namespace tet::gpu

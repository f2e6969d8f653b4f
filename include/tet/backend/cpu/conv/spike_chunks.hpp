// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/stream.hpp>
#include <tet/core/convolution.hpp>
#include <tet/core/pack.hpp>
#include <tet/core/signal.hpp>

#include <algorithm>
#include <limits>
#include <type_traits>

namespace tet::conv {

/// How spike-driven passes cut a convolution's weights: into chunks (a block of outputs x a group of input channels x
/// some kernel rows) small enough for L1. A chunk is rows of all outputs of its block, one row for each tap and input
/// channel; chunks of one kernel-row cut lie together. A function of the layer only, not of the number of images.
struct SpikeChunks {
  static constexpr Index vector_bytes = native_width<float> * Index(sizeof(float));
  /// Room for a chunk of floats or weights of 16 bits in an L1 of 48 KiB. Where that has 32, part of a chunk comes from
  /// L2, and longer lists make up for it (AVX2, Zen 3: 5-10 % faster than half of it at densities up to 0.1, equal at
  /// 0.2).
  static constexpr Index row_chunk = 40 * 1024;
  static constexpr Index int8_chunk = 640 * vector_bytes;
  static constexpr Index l2_bytes = 512 * 1024;  // of weights, beside lists and sums
  /// 32 input channels of 3x3 taps of spikes, 16 of counts: more of them might add up to more than 16 bits hold.
  template <class Kind>
  static constexpr Index int8_rows = std::is_same_v<Kind, Spike> ? 320 : 160;

  Index kernel;
  Index packs;               // vectors of a row
  Index block, blocks;       // outputs
  Index group, groups;       // input channels
  Index tap_rows, row_cuts;  // kernel rows of a chunk

  static SpikeChunks of(ConvGeometry const& g, Index weight_bytes, Index chunk_bytes,
                        Index most_rows = std::numeric_limits<Index>::max()) {
    SpikeChunks s;
    Index const width = vector_bytes / weight_bytes;
    s.kernel = g.kernel;
    s.packs = g.out_channels <= width ? 1 : g.out_channels <= 2 * width ? 2 : 4;
    s.block = s.packs * width;
    s.blocks = ceil_div(g.out_channels, s.block);
    Index const row_bytes = s.packs * vector_bytes;
    s.tap_rows = std::clamp<Index>(chunk_bytes * 5 / 4 / (8 * row_bytes * g.kernel), 1, g.kernel);
    s.row_cuts = ceil_div(g.kernel, s.tap_rows);
    s.group = 64;
    Index const taps = s.tap_rows * g.kernel;
    while (s.group > 8 && (s.group * taps * row_bytes > chunk_bytes || s.group * taps > most_rows)) s.group /= 2;
    while (s.group > 8 && s.group / 2 >= g.in_channels) s.group /= 2;
    s.groups = ceil_div(g.in_channels, s.group);
    return s;
  }

  Index chunks() const { return groups * row_cuts; }
  /// Inputs of one output, padded to whole groups.
  Index inputs() const { return kernel * kernel * groups * group; }
  /// Rows of an output block.
  Index rows() const { return inputs() + chunks(); }
  Index weights() const { return blocks * block * rows(); }
  Index taps(Index cut) const { return std::min(tap_rows, kernel - cut * tap_rows) * kernel; }

  /// Rows of an output block before chunk (cut, group).
  Index chunk_begin(Index cut, Index group_index) const {
    return cut * tap_rows * kernel * groups * group + cut * groups + group_index * (zero_row(cut) + 1);
  }
  /// The row of zeros of a chunk.
  Index zero_row(Index cut) const { return taps(cut) * group; }

  /// The weights that follow those of a chunk, to be asked for in `steps`. Only where an L2 does not hold all weights:
  /// one sample spends so few additions on a chunk that waiting for it took an eighth of VGGSNN's time.
  template <class Weight>
  cpu::AskedAhead after(Weight const* chunk, Index cut, Index steps) const {
    Index const bytes = (zero_row(cut) + 1) * block * Index(sizeof(Weight));
    bool const far = weights() * Index(sizeof(Weight)) > l2_bytes;
    return {reinterpret_cast<std::uintptr_t>(chunk) + std::uintptr_t(bytes),
            far ? round_up(ceil_div(bytes, steps), Index(cpu::cache_line)) : 0};
  }

  /// Copies the weights [kernel][kernel][in][out] of one output block and one input group to their rows, padded with 0.
  template <class Weight>
  void pack(ConvGeometry const& g, Index block_index, Index group_index, Weight const* weight, Weight* packed) const {
    pack(g, block_index, group_index, weight, packed, [this](Weight const* from, Index used, Weight* to) {
      if (used > 0) std::copy(from, from + used, to);
      std::fill(to + used, to + block, Weight(0));
    });
  }

  /// Calls row(weights of the block's first outputs, how many there are, where they go) for each row.
  template <class From, class To, class Row>
  void pack(ConvGeometry const& g, Index block_index, Index group_index, From const* weight, To* packed,
            Row const& row) const {
    Index const o0 = block_index * block, c0 = group_index * group;
    Index const outs = std::min(block, g.out_channels - o0), ins = std::min(group, g.in_channels - c0);
    for (Index cut = 0; cut < row_cuts; ++cut) {
      Index const first = cut * tap_rows * kernel;
      To* to = packed + (block_index * rows() + chunk_begin(cut, group_index)) * block;
      for (Index t = 0; t < taps(cut); ++t)
        for (Index c = 0; c < group; ++c, to += block)
          row(weight + ((first + t) * g.in_channels + c0 + c) * g.out_channels + o0, c < ins ? outs : 0, to);
      row(weight, 0, to);
    }
  }
};

}  // namespace tet::conv

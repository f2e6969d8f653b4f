// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/spike_lists.hpp>
#include <tet/core/pack.hpp>

#include <type_traits>

namespace tet::conv {

/// What SpikeForward adds: rows of floats.
struct FloatRows {
  using Weight = float;
  using Sum = float;
  using Value = float;  // of a graded input, in lists
  using V = NativePack<float>;

  /// Sums of one place and a block of outputs, in registers: even and odd list entries apart.
  template <int Packs, class Kind>
  struct Sums {
    V even[Packs], odd[Packs];

    void load(float const* from) {
      for (int v = 0; v < Packs; ++v) even[v] = V::load(from + v * V::width), odd[v] = V(0.0f);
    }
    [[gnu::always_inline]] void add_two(float const* a, float const* b, float const* values) {
      add(even, a, values);
      add(odd, b, values + 1);
    }
    void store(float* to) const {
      for (int v = 0; v < Packs; ++v) (even[v] + odd[v]).store(to + v * V::width);
    }

   private:
    [[gnu::always_inline]] static void add(V (&sum)[Packs], float const* row, float const* value) {
      TET_UNROLL(4)
      for (int v = 0; v < Packs; ++v) {
        if constexpr (std::is_same_v<Kind, Spike>) sum[v] += V::load(row + v * V::width);
        else sum[v] += V(*value) * V::load(row + v * V::width);
      }
    }
  };

  float* bias = nullptr;  // [blocks * block]

  static FloatRows plan(Arena& packed, SpikeChunks const& chunks) {
    return {packed.take<float>(chunks.blocks * chunks.block)};
  }

  template <class Kind, class Loops>
  bool pack(BasicCpu<Loops>& exec, ConvGeometry const& g, SpikeChunks const& chunks, float const* weight,
            float const* bias_values, float* weights) const {
    exec.parallel_for(chunks.blocks * chunks.groups, [&](Index task, Index) {
      chunks.pack(g, task / chunks.groups, task % chunks.groups, weight, weights);
    });
    for (Index o = 0; o < chunks.blocks * chunks.block; ++o)
      bias[o] = bias_values != nullptr && o < g.out_channels ? bias_values[o] : 0.0f;
    return true;
  }

  /// From sums of outputs o … to outputs, in their place.
  float const* outputs(float* sums, Index rows, Index block, Index o) const {
    for (Index r = 0; r < rows; ++r)
      for (Index k = 0; k < block; k += V::width)
        (V::load(sums + r * block + k) + V::load(bias + o + k)).store(sums + r * block + k);
    return sums;
  }
};

}  // namespace tet::conv

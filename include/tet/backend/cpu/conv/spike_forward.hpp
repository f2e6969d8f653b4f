// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/output.hpp>
#include <tet/backend/cpu/conv/spike_lists.hpp>

namespace tet::conv {

/// Forward pass that adds weight rows of active inputs only.
///
/// For a band of output pixels the active inputs of each chunk of weights are listed once per pixel; then chunk after
/// chunk adds the listed rows to accumulators in registers. Graded inputs list their values too.
///
/// Order: per output, channel groups in order, within a group taps in order; even and odd list entries in two sums.
struct SpikeForward {
  using V = NativePack<float>;

  SpikeChunks chunks;
  SpikeLists<float> lists;
  float* weights = nullptr;  // [blocks][chunks][taps of the chunk][group][block]
  float* bias = nullptr;     // [blocks * block]
  float* sums = nullptr;     // [slots][rows][block]

  /// Packed weights lie in one arena, scratch in the other one, or in the same.
  template <class Kind>
  static SpikeForward plan(Arena& packed, Arena& scratch, ConvGeometry const& g, Tasks const& tasks) {
    SpikeForward f;
    f.chunks = SpikeChunks::of(g, sizeof(float), SpikeChunks::float_chunk);
    f.weights = packed.take<float>(f.chunks.weights());
    f.bias = packed.take<float>(f.chunks.blocks * f.chunks.block);
    f.lists = SpikeLists<float>::plan<Kind>(scratch, g, f.chunks, tasks);
    f.sums = scratch.take<float>(tasks.slots * f.lists.rows() * f.chunks.block);
    return f;
  }

  template <class Loops>
  void pack(BasicCpu<Loops>& exec, float const* weight, float const* bias_values) const {
    exec.parallel_for(chunks.blocks * chunks.groups, [&](Index task, Index) {
      chunks.pack(lists.g, task / chunks.groups, task % chunks.groups, weight, weights);
    });
    Index const outs = lists.g.out_channels;
    for (Index o = 0; o < chunks.blocks * chunks.block; ++o)
      bias[o] = bias_values != nullptr && o < outs ? bias_values[o] : 0.0f;
  }

  template <class Loops, class Kind, class Output>
  void run(BasicCpu<Loops>& exec, Activity const& active, Activation<Kind, float> x, Output const& output) const {
    if (chunks.packs == 1) run_bands<1>(exec, active, x, output);
    else if (chunks.packs == 2) run_bands<2>(exec, active, x, output);
    else run_bands<4>(exec, active, x, output);
  }

 private:
  /// Adds one chunk to the sums of all rows of a band.
  template <int Packs, class Kind>
  static void add_chunk(float const* weight_rows, std::uint32_t const* start, std::uint16_t const* offset,
                        float const* value, Index rows, float const* from, Index from_stride, float* to) {
    constexpr Index width = V::width;
    auto const add = [&](V(&sum)[Packs], std::uint32_t k, std::uint64_t at) {
      auto const* const row = reinterpret_cast<float const*>(reinterpret_cast<std::byte const*>(weight_rows) +
                                                             Index(at & 0xFFFF) * SpikeLists<float>::offset_unit);
      TET_UNROLL(4)
      for (int v = 0; v < Packs; ++v) {
        if constexpr (std::is_same_v<Kind, Spike>) sum[v] += V::load(row + v * width);
        else sum[v] += V(value[k]) * V::load(row + v * width);
      }
    };
    std::uint32_t k = start[0], end = start[1];
    std::uint64_t next = next_entries(offset + k);
    for (Index p = 0; p < rows; ++p, from += from_stride, to += Packs * width) {
      std::uint32_t const end_of_next = start[std::min(p + 2, rows)];  // early, as it decides branches
      V even[Packs], odd[Packs];
      for (int v = 0; v < Packs; ++v) even[v] = V::load(from + v * width), odd[v] = V(0.0f);
      for (; k + 4 <= end; k += 4) {
        std::uint64_t const four = next;
        next = next_entries(offset + k + 4);
        add(even, k, four);
        add(odd, k + 1, four >> 16);
        add(even, k + 2, four >> 32);
        add(odd, k + 3, four >> 48);
      }
      std::uint64_t rest = next;
      next = next_entries(offset + end);
      if (k + 2 <= end) {
        add(even, k, rest);
        add(odd, k + 1, rest >> 16);
        k += 2, rest >>= 32;
      }
      if (k < end) add(even, k, rest);
      k = end, end = end_of_next;
      for (int v = 0; v < Packs; ++v) (even[v] + odd[v]).store(to + v * width);
    }
  }

  template <int Packs, class Loops, class Kind, class Output>
  void run_bands(BasicCpu<Loops>& exec, Activity const& active, Activation<Kind, float> x, Output const& output) const {
    lists.template for_each_band<Packs>(
        exec, active, x, [&](Index slot, Index begin, Index end, Index first_block, Index last_block) {
          Index const rows = (end - begin) * lists.timesteps, block = chunks.block;
          float* const sum = sums + slot * lists.rows() * block;
          for (Index b = first_block; b < last_block; ++b) {
            std::uint32_t const* start = lists.starts_of(slot);
            for (Index cut = 0; cut < chunks.row_cuts; ++cut)
              for (Index c = 0; c < chunks.groups; ++c, start += rows + 1) {
                bool const initial = cut == 0 && c == 0;
                add_chunk<Packs, Kind>(weights + (b * chunks.rows() + chunks.chunk_begin(cut, c)) * block, start,
                                       lists.offsets_of(slot), lists.values_of(slot), rows,
                                       initial ? bias + b * block : sum, initial ? 0 : block, sum);
              }
            Index const outs = std::min(block, lists.g.out_channels - b * block);
            for (Index place = begin; place < end; ++place)
              output(OutputRun{0, lists.timesteps, place, b * block, outs, sum + (place - begin) * block,
                               (end - begin) * block});
          }
          output.finish();
        });
  }
};

}  // namespace tet::conv

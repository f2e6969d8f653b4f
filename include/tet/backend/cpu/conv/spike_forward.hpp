// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/output.hpp>
#include <tet/backend/cpu/conv/spike_rows.hpp>

namespace tet::conv {

/// Forward pass that adds weight rows of active inputs only: FloatRows or ShortRows.
///
/// For a band of output pixels the active inputs of each chunk of weights are listed once per pixel; then chunk after
/// chunk adds the listed rows to accumulators in registers. Graded inputs list their values too.
///
/// Order: per output, channel groups in order, within a group taps in order; even and odd list entries in two sums;
/// then what the parent's spikes add, where the timestep has one (see SharedSpikes), then the bias.
template <class Rows = FloatRows>
struct SpikeForward {
  using Weight = typename Rows::Weight;
  using Sum = typename Rows::Sum;
  using Lists = SpikeLists<typename Rows::Value>;

  SpikeChunks chunks;
  Lists lists;
  Weight* weights = nullptr;  // [blocks][chunks][taps of the chunk][group][block]
  Rows rows;
  Sum* zeros = nullptr;  // [block]
  Sum* sums = nullptr;   // [slots][lists.most_rows][block]

  /// Packed weights lie in one arena, scratch in the other one, or in the same.
  template <class Kind>
  static SpikeForward plan(Arena& packed, Arena& scratch, ConvGeometry const& g, Tasks const& tasks) {
    SpikeForward f;
    f.chunks = SpikeChunks::of(g, sizeof(Weight), SpikeChunks::row_chunk);
    f.weights = packed.take<Weight>(f.chunks.weights());
    f.rows = Rows::plan(packed, f.chunks);
    f.zeros = packed.take<Sum>(f.chunks.block);
    f.lists = Lists::template plan<Kind>(scratch, g, f.chunks, tasks);
    f.sums = scratch.take<Sum>(tasks.slots * f.lists.most_rows * f.chunks.block);
    return f;
  }

  /// False where these weights do not fit the rows.
  template <class Kind, class Loops>
  [[nodiscard]] bool pack(BasicCpu<Loops>& exec, float const* weight, float const* bias_values) const {
    std::fill(zeros, zeros + chunks.block, Sum(0));
    return rows.template pack<Kind>(exec, lists.g, chunks, weight, bias_values, weights);
  }

  template <class Loops, class Kind, class Output>
  void run(BasicCpu<Loops>& exec, Activity const& active, Activation<Kind, float> x, Output const& output) const {
    if (chunks.packs == 1) run_bands<1>(exec, active, x, output);
    else if (chunks.packs == 2) run_bands<2>(exec, active, x, output);
    else run_bands<4>(exec, active, x, output);
  }

 private:
  /// Adds one chunk to the sums of all places of a band.
  template <int Packs, class Kind>
  static void add_chunk(Weight const* weight_rows, std::uint32_t const* start, std::uint16_t const* offset,
                        typename Rows::Value const* value, Index places, Sum const* from, Index from_stride, Sum* to,
                        cpu::AskedAhead ahead) {
    auto const row = [weight_rows](std::uint64_t at) {
      return reinterpret_cast<Weight const*>(reinterpret_cast<std::byte const*>(weight_rows) +
                                             Index(at & 0xFFFF) * Lists::offset_unit);
    };
    auto const values_at = [value](std::uint32_t at) { return std::is_same_v<Kind, Spike> ? nullptr : value + at; };
    constexpr Index block = Packs * SpikeChunks::vector_bytes / Index(sizeof(Weight));
    std::uint32_t k = start[0], end = start[1];
    std::uint64_t next = next_entries(offset + k);
    for (Index p = 0; p < places; ++p, from += from_stride, to += block) {
      std::uint32_t const end_of_next = start[std::min(p + 2, places)];  // early, as it decides branches
      ahead.step();
      typename Rows::template Sums<Packs, Kind> sum;
      sum.load(from);
      for (; k < end; k += 4) {
        std::uint64_t const four = next;
        next = next_entries(offset + k + 4);
        sum.add_two(row(four), row(four >> 16), values_at(k));
        sum.add_two(row(four >> 32), row(four >> 48), values_at(k + 2));
      }
      end = end_of_next;
      sum.store(to);
    }
  }

  template <int Packs, class Loops, class Kind, class Output>
  void run_bands(BasicCpu<Loops>& exec, Activity const& active, Activation<Kind, float> x, Output const& output) const {
    lists.template for_each_band<Packs>(
        exec, active, x, [&](Index slot, Index begin, Index end, Index first_block, Index last_block) {
          Index const places = end - begin, rows_of_band = places * (lists.timesteps + active.common);
          Index const block = chunks.block;
          Sum* const sum = sums + slot * lists.most_rows * block;
          for (Index b = first_block; b < last_block; ++b) {
            std::uint32_t const* start = lists.starts_of(slot);
            for (Index cut = 0; cut < chunks.row_cuts; ++cut)
              for (Index c = 0; c < chunks.groups; ++c, start += rows_of_band + 1) {
                bool const initial = cut == 0 && c == 0;
                Weight const* const chunk = weights + (b * chunks.rows() + chunks.chunk_begin(cut, c)) * block;
                add_chunk<Packs, Kind>(chunk, start, lists.offsets_of(slot), lists.values_of(slot), rows_of_band,
                                       initial ? zeros : sum, initial ? 0 : block, sum,
                                       chunks.after(chunk, cut, rows_of_band));
              }
            add_parents(active.parent, lists.timesteps, sum, places * block);
            float const* const values = rows.outputs(sum, lists.timesteps * places, block, b * block);
            Index const outs = std::min(block, lists.g.out_channels - b * block);
            for (Index place = begin; place < end; ++place)
              output(OutputRun{0, lists.timesteps, place, b * block, outs, values + (place - begin) * block,
                               places * block});
          }
          output.finish();
        });
  }
};

}  // namespace tet::conv

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/output.hpp>
#include <tet/backend/cpu/conv/spike_lists.hpp>
#include <tet/backend/cpu/conv/sum_scales.hpp>

#include <limits>
#include <vector>

namespace tet::conv {

/// SpikeForward on weights of 8 bits, in whole numbers: rows of weights widened to 16 bits are added for spikes,
/// multiplied and added for counts. Exact: the sums are those of any order.
///
/// Sums of 16 bits are emptied into 32 bits before they could overflow: packing finds runs of chunks in which even all
/// inputs at their largest, counted for positive and for negative weights apart, stay inside of 16 bits, so that any of
/// them do in any order. Where a single chunk does not, all sums have 32 bits.
struct SpikeForwardInt8 {
  static constexpr Index lanes = SpikeChunks::vector_bytes / Index(sizeof(std::int16_t));
  static constexpr Index steps_at_once = 4;  // timesteps whose outputs are handed on together

  SpikeChunks chunks;
  SpikeLists<std::int16_t> lists;
  std::int16_t* weights = nullptr;  // [blocks][chunks][taps of the chunk][group][block]
  SumScales scales;
  std::uint8_t* last_of_run = nullptr;  // [chunks], then whether sums have 16 bits
  std::int32_t* sums = nullptr;         // [slots][rows][block], of 16 bits or 32
  std::int32_t* totals = nullptr;       // [slots][rows][block]

  /// Packed weights lie in one arena, scratch in the other one.
  template <class Kind>
  static SpikeForwardInt8 plan(Arena& packed, Arena& scratch, ConvGeometry const& g, Tasks const& tasks) {
    SpikeForwardInt8 f;
    f.chunks = SpikeChunks::of(g, sizeof(std::int16_t), SpikeChunks::int8_chunk);
    f.weights = packed.take<std::int16_t>(f.chunks.weights());
    f.scales = SumScales::plan(packed, f.chunks.blocks * f.chunks.block);
    f.last_of_run = packed.take<std::uint8_t>(f.chunks.chunks() + 1);
    f.lists = SpikeLists<std::int16_t>::plan<Kind>(scratch, g, f.chunks, tasks);
    f.sums = scratch.take<std::int32_t>(tasks.slots * f.row_sums());
    f.totals = scratch.take<std::int32_t>(tasks.slots * f.row_sums());
    return f;
  }

  template <class Kind, class Loops>
  void pack(BasicCpu<Loops>& exec, SynapseValues<Int8> const& values) const {
    exec.parallel_for(chunks.blocks * chunks.groups, [&](Index task, Index) {
      chunks.pack(lists.g, task / chunks.groups, task % chunks.groups, values.weight, weights);
    });
    scales.pack<Kind>(values, lists.g.out_channels);
    find_runs(largest_input<Kind>);
  }

  template <class Loops, class Kind, class Output>
  void run(BasicCpu<Loops>& exec, Activity const& active, Activation<Kind, float> x, Output const& output) const {
    if (last_of_run[chunks.chunks()] != 0) run_sums<std::int16_t>(exec, active, x, output);
    else run_sums<std::int32_t>(exec, active, x, output);
  }

 private:
  typedef std::int16_t Row __attribute__((vector_size(lanes * sizeof(std::int16_t))));
  template <class Sum>
  struct Vectors {
    typedef Sum Lanes __attribute__((vector_size(lanes * sizeof(Sum))));
  };
  typedef std::int16_t Short8 __attribute__((vector_size(16)));
  using Whole8 = SumScales::Whole8;

  Index row_sums() const { return lists.rows() * chunks.block; }

  template <class Vector, class From>
  static Vector load(From const* from) {
    Vector v;
    std::memcpy(&v, from, sizeof v);
    return v;
  }
  static Whole8 load_8(std::int32_t const* from) { return load<Whole8>(from); }
  static Whole8 load_8(std::int16_t const* from) { return __builtin_convertvector(load<Short8>(from), Whole8); }

  /// Marks the chunks after which sums of 16 bits are emptied. `largest`: of an input.
  void find_runs(std::int32_t largest) const {
    struct Reach {  // of the sums of one output: the least and the greatest
      std::int64_t least = 0, greatest = 0;
      bool fits() const {
        return least >= std::numeric_limits<std::int16_t>::min() &&
               greatest <= std::numeric_limits<std::int16_t>::max();
      }
    };
    std::vector<Reach> run(std::size_t(chunks.blocks * chunks.block)), chunk(run.size());
    bool narrow = true;
    Index number = 0;
    for (Index cut = 0; cut < chunks.row_cuts; ++cut)
      for (Index c = 0; c < chunks.groups; ++c, ++number) {
        bool fits = true;
        for (Index o = 0; o < chunks.blocks * chunks.block; ++o) {
          Reach& r = chunk[std::size_t(o)] = {};
          std::int16_t const* w = weights +
                                  (o / chunks.block * chunks.rows() + chunks.chunk_begin(cut, c)) * chunks.block +
                                  o % chunks.block;
          for (Index k = 0; k < chunks.taps(cut) * chunks.group; ++k, w += chunks.block)
            (*w < 0 ? r.least : r.greatest) += *w * largest;
          narrow = narrow && r.fits();
          Reach const& before = run[std::size_t(o)];
          fits = fits && Reach{before.least + r.least, before.greatest + r.greatest}.fits();
        }
        if (number > 0) last_of_run[number - 1] = !fits;
        for (std::size_t o = 0; o < run.size(); ++o) {
          if (!fits) run[o] = {};
          run[o].least += chunk[o].least, run[o].greatest += chunk[o].greatest;
        }
      }
    last_of_run[number - 1] = 1;
    last_of_run[number] = narrow;
  }

  /// Adds one chunk to the sums of all rows of a band, or sets them where it is the first of a run.
  template <int Packs, class Sum, class Kind>
  static void add_chunk(std::int16_t const* weight_rows, std::uint32_t const* start, std::uint16_t const* offset,
                        std::int16_t const* value, Index rows, bool first, Sum* sum) {
    using Lanes = typename Vectors<Sum>::Lanes;
    auto const row = [&](std::uint32_t k) {
      return reinterpret_cast<std::int16_t const*>(reinterpret_cast<std::byte const*>(weight_rows) +
                                                   Index(offset[k]) * SpikeLists<std::int16_t>::offset_unit);
    };
    auto const term = [&](std::uint32_t k, std::int16_t const* r, int v) {
      Lanes const w = __builtin_convertvector(load<Row>(r + v * lanes), Lanes);
      if constexpr (std::is_same_v<Kind, Spike>) return w;
      else return w * Sum(value[k]);
    };
    for (Index p = 0; p < rows; ++p, sum += Packs * lanes) {
      Lanes even[Packs], odd[Packs];
#pragma GCC unroll 4
      for (int v = 0; v < Packs; ++v) even[v] = first ? Lanes{} : load<Lanes>(sum + v * lanes), odd[v] = Lanes{};
      std::uint32_t k = start[p];
      std::uint32_t const end = start[p + 1];
      for (; k + 2 <= end; k += 2) {
        std::int16_t const *const a = row(k), *const b = row(k + 1);
#pragma GCC unroll 4
        for (int v = 0; v < Packs; ++v) even[v] += term(k, a, v);
#pragma GCC unroll 4
        for (int v = 0; v < Packs; ++v) odd[v] += term(k + 1, b, v);
      }
      if (k < end) {
        std::int16_t const* const a = row(k);
#pragma GCC unroll 4
        for (int v = 0; v < Packs; ++v) even[v] += term(k, a, v);
      }
#pragma GCC unroll 4
      for (int v = 0; v < Packs; ++v) {  // unrolled, or all sums would pass through the stack: 1.3-2x slower
        Lanes const total = even[v] + odd[v];
        std::memcpy(sum + v * lanes, &total, sizeof total);
      }
    }
  }

  template <class Sum>
  static void empty_sums(Sum const* sum, Index count, bool first, std::int32_t* total) {
    for (Index i = 0; i < count; i += 8) {
      Whole8 v = load_8(sum + i);
      if (!first) v += load_8(total + i);
      std::memcpy(total + i, &v, sizeof v);
    }
  }

  template <class Sum, class Loops, class Kind, class Output>
  void run_sums(BasicCpu<Loops>& exec, Activity const& active, Activation<Kind, float> x, Output const& output) const {
    if (chunks.packs == 1) run_bands<1, Sum>(exec, active, x, output);
    else if (chunks.packs == 2) run_bands<2, Sum>(exec, active, x, output);
    else run_bands<4, Sum>(exec, active, x, output);
  }

  template <int Packs, class Sum, class Loops, class Kind, class Output>
  void run_bands(BasicCpu<Loops>& exec, Activity const& active, Activation<Kind, float> x, Output const& output) const {
    constexpr Index block = Packs * lanes;
    lists.template for_each_band<Packs>(
        exec, active, x, [&](Index slot, Index begin, Index end, Index first_block, Index last_block) {
          Index const rows = (end - begin) * lists.timesteps;
          Sum* const sum = reinterpret_cast<Sum*>(sums + slot * row_sums());
          std::int32_t* const total = totals + slot * row_sums();
          for (Index b = first_block; b < last_block; ++b) {
            std::uint32_t const* start = lists.starts_of(slot);
            Index number = 0;
            bool first = true, emptied = false;
            for (Index cut = 0; cut < chunks.row_cuts; ++cut)
              for (Index c = 0; c < chunks.groups; ++c, start += rows + 1, ++number) {
                if (first && number > 0) {
                  empty_sums(sum, rows * block, !emptied, total);
                  emptied = true;
                }
                add_chunk<Packs, Sum, Kind>(weights + (b * chunks.rows() + chunks.chunk_begin(cut, c)) * block, start,
                                            lists.offsets_of(slot), lists.values_of(slot), rows, first, sum);
                first = sizeof(Sum) == sizeof(std::int16_t) && last_of_run[number] != 0;
              }
            Index const outs = std::min(block, lists.g.out_channels - b * block);
            for (Index place = begin; place < end; ++place)
              for (Index t0 = 0; t0 < lists.timesteps; t0 += steps_at_once) {
                Index const steps = std::min(steps_at_once, lists.timesteps - t0);
                alignas(64) float values[steps_at_once][block];
                for (Index t = 0; t < steps; ++t) {
                  Index const row = ((t0 + t) * (end - begin) + place - begin) * block;
                  for (Index o = 0; o < block; o += 8) {
                    Whole8 whole = load_8(sum + row + o);
                    if (emptied) whole += load_8(total + row + o);
                    scales.outputs(whole, b * block + o).store(values[t] + o);
                  }
                }
                output(OutputRun{t0, steps, place, b * block, outs, values[0], block});
              }
          }
        });
  }
};

}  // namespace tet::conv

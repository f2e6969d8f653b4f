// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/byte_products.hpp>
#include <tet/backend/cpu/conv/output.hpp>
#include <tet/backend/cpu/conv/spike_lists.hpp>
#include <tet/backend/cpu/conv/sum_scales.hpp>

#include <limits>
#include <vector>

namespace tet::conv {

/// SpikeForward on weights of 8 bits, in whole numbers: rows of two active inputs at once are multiplied by their
/// counts and added. Exact: the sums are those of any order.
///
/// Sums of 16 bits are emptied into 32 bits before they could overflow: packing finds runs of chunks in which even all
/// inputs at their largest, counted for positive and for negative weights apart, stay inside of 16 bits, so that any of
/// them do in any order. Where a single chunk does not, sums are emptied after as many inputs as fit with any weights.
template <class Rows = RowSums>
struct SpikeForwardInt8 {
  static constexpr Index lanes = Rows::outputs;
  static_assert(lanes == SpikeChunks::vector_bytes);
  static constexpr Index steps_at_once = 4;  // timesteps whose outputs are handed on together

  SpikeChunks chunks;
  SpikeLists<std::uint8_t> lists;
  std::int8_t* weights = nullptr;  // [blocks][chunks][taps of the chunk][group][block], outputs at Rows::position
  SumScales scales;
  std::uint8_t* last_of_run = nullptr;  // [chunks], then whether each chunk fits 16 bits
  std::int16_t* sums = nullptr;         // [slots][rows][block]
  std::int32_t* totals = nullptr;       // the same

  /// Packed weights lie in one arena, scratch in the other one.
  template <class Kind>
  static SpikeForwardInt8 plan(Arena& packed, Arena& scratch, ConvGeometry const& g, Tasks const& tasks) {
    SpikeForwardInt8 f;
    f.chunks = SpikeChunks::of(g, sizeof(std::int8_t), SpikeChunks::int8_chunk, SpikeChunks::int8_rows<Kind>);
    f.weights = packed.take<std::int8_t>(f.chunks.weights());
    f.scales = SumScales::plan(packed, f.chunks.blocks * f.chunks.block);
    f.last_of_run = packed.take<std::uint8_t>(f.chunks.chunks() + 1);
    f.lists = SpikeLists<std::uint8_t>::plan<Kind>(scratch, g, f.chunks, tasks);
    f.sums = scratch.take<std::int16_t>(tasks.slots * f.row_sums());
    f.totals = scratch.take<std::int32_t>(tasks.slots * f.row_sums());
    return f;
  }

  /// Products that are computed for each one that is asked for: rows are filled up.
  double padding() const { return double(chunks.blocks * chunks.block) / double(lists.g.out_channels); }

  template <class Kind, class Loops>
  void pack(BasicCpu<Loops>& exec, SynapseValues<Int8> const& values) const {
    exec.parallel_for(chunks.blocks * chunks.groups, [&](Index task, Index) {
      chunks.pack(lists.g, task / chunks.groups, task % chunks.groups, values.weight, weights);
    });
    scales.template pack<Kind>(values, lists.g.out_channels);
    find_runs(largest_input<Kind>);
    exec.parallel_for(chunks.blocks, [&](Index block, Index) { order_rows(block); });
  }

  template <class Loops, class Kind, class Output>
  void run(BasicCpu<Loops>& exec, Activity const& active, Activation<Kind, float> x, Output const& output) const {
    if (chunks.packs == 1) run_bands<1>(exec, active, x, output);
    else if (chunks.packs == 2) run_bands<2>(exec, active, x, output);
    else run_bands<4>(exec, active, x, output);
  }

 private:
  typedef std::int16_t Short8 __attribute__((vector_size(16)));
  using Whole8 = SumScales::Whole8;

  Index row_sums() const { return lists.most_rows * chunks.block; }

  /// So many inputs fit 16 bits with any weights.
  template <class Kind>
  static constexpr std::uint32_t sure_inputs = std::numeric_limits<std::int16_t>::max() / (127 * largest_input<Kind>);
  /// List entries of one step: four, where their sums fit.
  template <class Kind>
  static constexpr std::uint32_t step = sure_inputs<Kind> < 4 ? 1 : 4;

  static Whole8 load_8(std::int32_t const* from) {
    Whole8 v;
    std::memcpy(&v, from, sizeof v);
    return v;
  }
  static Whole8 load_8(std::int16_t const* from) {
    Short8 v;
    std::memcpy(&v, from, sizeof v);
    return __builtin_convertvector(v, Whole8);
  }

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
          std::int8_t const* w = weights +
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

  /// Puts the outputs of a block's rows where Rows wants them.
  void order_rows(Index block_index) const {
    std::int8_t* row = weights + block_index * chunks.rows() * chunks.block;
    for (std::int8_t* const end = row + chunks.rows() * chunks.block; row != end; row += lanes) {
      std::int8_t outputs[lanes];
      std::copy(row, row + lanes, outputs);
      for (Index o = 0; o < lanes; ++o) row[Rows::position(o)] = outputs[o];
    }
  }

  /// The lists of a chunk, and its weights.
  struct Lists {
    std::int8_t const* weights;
    std::uint32_t const* start;
    std::uint16_t const* offset;
    std::uint8_t const* value;

    /// Of the first of some entries, see next_entries.
    std::int8_t const* row(std::uint64_t entries) const {
      return weights + Index(entries & 0xFFFF) * SpikeLists<std::uint8_t>::offset_unit;
    }
  };

  /// Adds the inputs of the lists in order, row after row.
  template <int Packs, class Kind>
  class Adder {
   public:
    [[gnu::always_inline]] explicit Adder(Lists const& lists) : l_(lists), k_(l_.start[0]), next_(entries_at(k_)) {}

    std::uint32_t at() const { return k_; }

    /// Those before `end`, in whole steps.
    [[gnu::always_inline]] void add_until(std::uint32_t end, Rows (&sum)[Packs]) {
      if constexpr (step<Kind> == 1) {
        for (; k_ < end; ++k_) add(l_.row(l_.offset[k_]), l_.row(l_.offset[k_]), l_.value[k_], sum);
      } else {
        for (; k_ < end; k_ += 4) {
          std::uint64_t const four = next_;
          next_ = entries_at(k_ + 4);
          add(l_.row(four), l_.row(four >> 16), factors(k_), sum);
          add(l_.row(four >> 32), l_.row(four >> 48), factors(k_ + 2), sum);
        }
      }
    }

   private:
    [[gnu::always_inline]] static void add(std::int8_t const* a, std::int8_t const* b, std::uint16_t factors,
                                           Rows (&sum)[Packs]) {
      auto const f = Rows::factors(factors);
      TET_UNROLL(4)
      for (int v = 0; v < Packs; ++v) sum[v].add(a + v * lanes, b + v * lanes, f);
    }
    std::uint16_t factors(std::uint32_t at) const {
      if constexpr (std::is_same_v<Kind, Spike>) return 0x0101;
      else return std::uint16_t(l_.value[at] | l_.value[at + 1] << 8);
    }
    std::uint64_t entries_at(std::uint32_t k) const { return next_entries(l_.offset + k); }

    Lists const l_;
    std::uint32_t k_;
    std::uint64_t next_;
  };

  /// Adds one chunk to the sums of all rows of a band, or sets them where it is the first of a run.
  template <int Packs, class Kind>
  static void add_chunk(Lists const& l, Index rows, bool first, std::int16_t* sums, cpu::AskedAhead ahead) {
    Adder<Packs, Kind> adder(l);
    std::uint32_t end = l.start[1];
    for (Index p = 0; p < rows; ++p, sums += Packs * lanes) {
      std::uint32_t const end_of_next = l.start[std::min(p + 2, rows)];  // early, as it decides branches
      ahead.step();
      Rows sum[Packs];
      TET_UNROLL(4)
      for (int v = 0; v < Packs; ++v) {
        if (first) sum[v].clear();
        else sum[v].load(sums + v * lanes);
      }
      adder.add_until(end, sum);
      end = end_of_next;
      TET_UNROLL(4)
      for (int v = 0; v < Packs; ++v) sum[v].store(sums + v * lanes);
    }
  }

  /// Adds one chunk, of any weights, to the totals of all rows of a band.
  template <int Packs, class Kind>
  static void add_wide_chunk(Lists const& l, Index rows, bool first, std::int32_t* total) {
    Adder<Packs, Kind> adder(l);
    for (Index p = 0; p < rows; ++p, total += Packs * lanes) {
      std::uint32_t const end = l.start[p + 1];
      bool empty = first;
      do {
        Rows sum[Packs];
        for (int v = 0; v < Packs; ++v) sum[v].clear();
        adder.add_until(std::min(end, adder.at() + sure_inputs<Kind> / step<Kind> * step<Kind>), sum);
        alignas(64) std::int16_t narrow[Packs * lanes];
        for (int v = 0; v < Packs; ++v) sum[v].store(narrow + v * lanes);
        empty_sums(narrow, Packs * lanes, empty, total);
        empty = false;
      } while (adder.at() < end);
    }
  }

  static void empty_sums(std::int16_t const* sum, Index count, bool first, std::int32_t* total) {
    for (Index i = 0; i < count; i += 8) {
      Whole8 v = load_8(sum + i);
      if (!first) v += load_8(total + i);
      std::memcpy(total + i, &v, sizeof v);
    }
  }

  template <int Packs, class Loops, class Kind, class Output>
  void run_bands(BasicCpu<Loops>& exec, Activity const& active, Activation<Kind, float> x, Output const& output) const {
    constexpr Index block = Packs * lanes;
    bool const narrow = last_of_run[chunks.chunks()] != 0;
    lists.template for_each_band<Packs>(
        exec, active, x, [&](Index slot, Index begin, Index end, Index first_block, Index last_block) {
          Index const places = end - begin, rows = places * (lists.timesteps + active.common);
          std::int16_t* const sum = sums + slot * row_sums();
          std::int32_t* const total = totals + slot * row_sums();
          for (Index b = first_block; b < last_block; ++b) {
            std::uint32_t const* start = lists.starts_of(slot);
            Index number = 0;
            bool first = true, emptied = false;
            for (Index cut = 0; cut < chunks.row_cuts; ++cut)
              for (Index c = 0; c < chunks.groups; ++c, start += rows + 1, ++number) {
                Lists const l{weights + (b * chunks.rows() + chunks.chunk_begin(cut, c)) * block, start,
                              lists.offsets_of(slot), lists.values_of(slot)};
                if (!narrow) {
                  add_wide_chunk<Packs, Kind>(l, rows, number == 0, total);
                  continue;
                }
                if (first && number > 0) {
                  empty_sums(sum, rows * block, !emptied, total);
                  emptied = true;
                }
                add_chunk<Packs, Kind>(l, rows, first, sum, chunks.after(l.weights, cut, rows));
                first = last_of_run[number] != 0;
                if (first) add_parents(active.parent, lists.timesteps, sum, places * block);
              }
            if (!narrow) add_parents(active.parent, lists.timesteps, total, places * block);
            auto const whole_at = [&](Index at) {
              if (!narrow) return load_8(total + at);
              return emptied ? load_8(sum + at) + load_8(total + at) : load_8(sum + at);
            };
            Index const outs = std::min(block, lists.g.out_channels - b * block);
            for (Index place = begin; place < end; ++place)
              for (Index t0 = 0; t0 < lists.timesteps; t0 += steps_at_once) {
                Index const steps = std::min(steps_at_once, lists.timesteps - t0);
                alignas(64) float values[steps_at_once][block];
                for (Index t = 0; t < steps; ++t) {
                  Index const row = ((t0 + t) * places + place - begin) * block;
                  for (Index o = 0; o < block; o += 8)
                    scales.outputs(whole_at(row + o), b * block + o).store(values[t] + o);
                }
                output(OutputRun{t0, steps, place, b * block, outs, values[0], block});
              }
          }
          output.finish();
        });
  }
};

}  // namespace tet::conv

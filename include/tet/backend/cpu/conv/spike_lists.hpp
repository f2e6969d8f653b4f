// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/activity.hpp>
#include <tet/backend/cpu/conv/sliding_window.hpp>
#include <tet/backend/cpu/conv/spike_chunks.hpp>
#include <tet/backend/cpu/conv/tasks.hpp>

namespace tet::conv {

/// Lists of the active inputs of each output pixel of a band, chunk by chunk: offsets into the chunk's weights, in
/// units of 8 bytes, and for graded input the values (type Value), too. Lists are filled up to a multiple of four entries
/// with the chunk's row of zeros: what is left over would cost a branch that no processor foresees.
///
/// A band is some places of the output at all timesteps: row t * places + p of its lists and sums is place p at t.
/// Spikes that all of them have in common may stand apart as one more timestep, see SharedSpikes.
template <class Value>
struct SpikeLists {
  static constexpr Index list_bytes = 2 << 20;
  static constexpr int offset_unit = 8;  // bytes; so that 16 bits reach over a chunk

  ConvGeometry g;
  SpikeChunks chunks;
  Index timesteps, places;  // places of one timestep, over all samples
  Index band, bands;        // places of a task
  Index splits;             // tasks per band, each with its share of the output blocks
  Index most_rows;          // of a band
  Index capacity;

  std::uint16_t* offsets = nullptr;
  Value* values = nullptr;
  std::uint8_t* masks = nullptr;    // [slots] windows of bits, see copy_window
  std::uint8_t* counts = nullptr;   // the same of graded counts
  std::uint32_t* starts = nullptr;  // [slots][chunks][rows of the band + 1]

  template <class Kind>
  static SpikeLists plan(Arena& arena, ConvGeometry const& g, SpikeChunks const& chunks, Tasks const& tasks) {
    SpikeLists l;
    l.g = g;
    l.chunks = chunks;
    l.timesteps = tasks.timesteps;
    l.places = g.images * g.out_pixels() / tasks.timesteps;
    Index const rows = std::clamp<Index>(
        std::min(g.images * g.out_pixels() / tasks.wanted, list_bytes / (2 * chunks.inputs())), 8, tasks.most_rows);
    l.band = std::clamp<Index>(rows / tasks.timesteps, 1, l.places);
    l.bands = ceil_div(l.places, l.band);
    l.splits = l.bands >= tasks.wanted ? 1 : std::min(chunks.blocks, ceil_div(tasks.wanted, l.bands));
    l.most_rows = l.band * (l.timesteps + (std::is_same_v<Kind, Spike> && l.timesteps > 1));
    l.capacity = round_up(l.most_rows * chunks.inputs() + 64, 64);

    bool constexpr graded = !std::is_same_v<Kind, Spike>;
    l.offsets = arena.take<std::uint16_t>(tasks.slots * l.capacity);
    l.values = arena.take<Value>(graded ? tasks.slots * l.capacity : 0);
    l.masks = arena.take<std::uint8_t>(tasks.slots * l.window_capacity() / 8);
    l.counts = arena.take<std::uint8_t>(graded ? tasks.slots * l.window_capacity() : 0);
    l.starts = arena.take<std::uint32_t>(tasks.slots * l.starts_of_slot());
    return l;
  }

  Index starts_of_slot() const { return chunks.chunks() * (most_rows + 1); }

  std::uint16_t const* offsets_of(Index slot) const { return offsets + slot * capacity; }
  Value const* values_of(Index slot) const { return values + slot * capacity; }
  /// Of the first chunk; those of the next chunk follow after the band's rows + 1.
  std::uint32_t const* starts_of(Index slot) const { return starts + slot * starts_of_slot(); }

  /// Calls body(task's slot, its places begin … end, its output blocks from … to) with the lists of all chunks built.
  template <int Packs, class Loops, class Kind, class Body>
  void for_each_band(BasicCpu<Loops>& exec, Activity const& active, Activation<Kind, float> x, Body const& body) const {
    exec.parallel_for(bands * splits, [&](Index task, Index slot) {
      Index const begin = task / splits * band, end = std::min(places, begin + band), split = task % splits;
      build<Packs>(active, x, begin, end, slot);
      body(slot, begin, end, chunks.blocks * split / splits, chunks.blocks * (split + 1) / splits);
    });
  }

 private:
  template <int Packs, class Kind>
  void build(Activity const& active, Activation<Kind, float> x, Index begin, Index end, Index slot) const {
    Cursor to{offsets + slot * capacity, values + slot * capacity, starts + slot * starts_of_slot()};
    to.first = to.end;
    Index const ow = g.out_width(), run = g.kernel * chunks.group / 8;
    for (Index cut = 0; cut < chunks.row_cuts; ++cut)
      for (Index c = 0; c < chunks.groups; ++c) {
        for (Index t = 0; t < timesteps + active.common; ++t)
          for (Index place = begin; place < end;) {  // a piece of one output row
            Index const pixel = t * places + place, count = std::min(end - place, ow - pixel % ow);
            place += count;
            if constexpr (std::is_same_v<Kind, Spike>)
              if (windows_slide(g) && chunks.row_cuts == 1 && chunks.group <= 32) {
                if (chunks.group == 16) slide<Packs, 2>(to, active, pixel, count, c);
                else if (chunks.group == 8) slide<Packs, 1>(to, active, pixel, count, c);
                else slide<Packs, 4>(to, active, pixel, count, c);
                continue;
              }
            copy_window(active, x, pixel, count, cut, c, slot);
            // The usual run lengths (3x3 with groups of 16, 8 and 32 channels) are unrolled: 2x in building lists.
            if (run == 6) list_pixels<Packs, Kind, 6>(to, cut, run, count, slot);
            else if (run == 3) list_pixels<Packs, Kind, 3>(to, cut, run, count, slot);
            else if (run == 8) list_pixels<Packs, Kind, 8>(to, cut, run, count, slot);
            else list_pixels<Packs, Kind, 0>(to, cut, run, count, slot);
          }
        *to.start++ = std::uint32_t(to.end - to.first);
      }
  }

  struct Cursor {
    std::uint16_t* end;
    Value* value;
    std::uint32_t* start;
    std::uint16_t* first = nullptr;
  };

  /// Lists of spikes of `count` output pixels of one row. Bytes: of a group of channels.
  template <int Packs, int Bytes>
  void slide(Cursor& cursor, Activity const& active, Index pixel, Index count, Index c) const {
    constexpr int shift = offset_shift<Packs>;
    std::uint64_t const fillers = fillers_of<Packs>(0);
    std::uint16_t *end = cursor.end, *const first = cursor.first;
    std::uint32_t* start = cursor.start;
    for_each_window<Bytes>(g, active, pixel, count, c, [&](auto const& low, auto const& high) {
      std::uint16_t* const begin = end;
      *start++ = std::uint32_t(begin - first);
      TET_UNROLL(3)
      for (int p = 0; p < 3; ++p) {
        end = append_all<shift, std::min(3 * Bytes, 8)>(end, low[p], p * 24 * Bytes);
        if constexpr (Bytes == 4) end = append_all<shift, 4>(end, high[p], p * 96 + 64);
      }
      std::memcpy(end, &fillers, sizeof fillers);
      end = begin + round_up(Index(end - begin), 4);
    });
    cursor.end = end;
    cursor.start = start;
  }

  /// From a row of a chunk's weights to its offset.
  template <int Packs>
  static constexpr int offset_shift = std::countr_zero(std::uint64_t(SpikeChunks::vector_bytes / offset_unit * Packs));

  /// Four entries of the row of zeros.
  template <int Packs>
  std::uint64_t fillers_of(Index cut) const {
    return std::uint16_t(chunks.zero_row(cut) << offset_shift<Packs>) * 0x0001000100010001ull;
  }

  /// Copies what `count` output pixels of one row see of a chunk's channels, with the padding as zeros, to [tap
  /// row][column][group].
  template <class Kind>
  void copy_window(Activity const& active, Activation<Kind, float> x, Index pixel, Index count, Index cut, Index c,
                   Index slot) const {
    Index const oh = g.out_height(), ow = g.out_width(), group = chunks.group, bytes = group / 8;
    Index const n = pixel / ow / oh, p0 = cut * chunks.tap_rows, p1 = std::min(g.kernel, p0 + chunks.tap_rows);
    Index const columns = window_columns(count), r0 = pixel / ow % oh * g.stride - g.padding,
                s0 = pixel % ow * g.stride - g.padding;
    Index const left = std::clamp<Index>(-s0, 0, columns), right = std::clamp(g.width - s0, left, columns);
    std::uint8_t* mask = masks + slot * window_capacity() / 8;
    std::uint8_t* count_bytes = counts + slot * window_capacity();
    for (Index p = p0; p < p1; ++p, mask += columns * bytes, count_bytes += columns * group) {
      Index const r = r0 + p;
      if (r < 0 || r >= g.height || left == right) {
        std::memset(mask, 0, std::size_t(columns * bytes));
        continue;
      }
      std::memset(mask, 0, std::size_t(left * bytes));
      std::memset(mask + right * bytes, 0, std::size_t((columns - right) * bytes));
      Index const at = (n * g.height + r) * g.width + s0;
      std::uint8_t const* const from = active.pixel(at + left) + c * bytes;
      Index const stride = active.words * 8;
      if (bytes == 2) copy_bytes<2>(mask + left * 2, from, right - left, stride);
      else if (bytes == 1) copy_bytes<1>(mask + left, from, right - left, stride);
      else if (bytes == 4) copy_bytes<4>(mask + left * 4, from, right - left, stride);
      else copy_bytes<8>(mask + left * 8, from, right - left, stride);
      if constexpr (!std::is_same_v<Kind, Spike>)
        for (Index s = left; s < right; ++s)
          std::memcpy(count_bytes + s * group, x.pixel(at + s) + c * group,
                      std::size_t(std::min(group, g.in_channels - c * group)));
    }
  }

  template <int Bytes>
  static void copy_bytes(std::uint8_t* to, std::uint8_t const* from, Index count, Index stride) {
    for (Index s = 0; s < count; ++s) std::memcpy(to + s * Bytes, from + s * stride, Bytes);
  }

  Index window_columns(Index count) const { return (count - 1) * g.stride + g.kernel; }
  Index window_capacity() const {
    return round_up(chunks.tap_rows * window_columns(std::min(band, g.out_width())) * chunks.group + 64, 64);
  }

  /// Run: bytes of bits that one output pixel sees of one input row; 0 where not known when compiling.
  template <int Packs, class Kind, int Run>
  void list_pixels(Cursor& cursor, Index cut, Index run_bytes, Index count, Index slot) const {
    Index const group = chunks.group, run = Run != 0 ? Run : run_bytes, bytes = group / 8,
                pitch = window_columns(count) * bytes;
    std::uint8_t const* mask = masks + slot * window_capacity() / 8;
    std::uint8_t const* count_bytes = counts + slot * window_capacity();
    std::uint16_t* end = cursor.end;
    Value* value = cursor.value;
    constexpr int shift = offset_shift<Packs>;
    Index const window_rows = chunks.taps(cut) / g.kernel;
    std::uint64_t const fillers = fillers_of<Packs>(cut);
    for (Index j = 0; j < count; ++j, mask += g.stride * bytes, count_bytes += g.stride * group) {
      std::uint16_t* const begin = end;
      *cursor.start++ = std::uint32_t(begin - cursor.first);
      for (Index p = 0; p < window_rows; ++p) TET_UNROLL(8)
      for (Index b = 0; b < run; b += listed_bytes) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, mask + p * pitch + b, listed_bytes);
        if (run - b < listed_bytes) bits &= ~std::uint64_t(0) >> (64 - 8 * (run - b));
        if constexpr (!std::is_same_v<Kind, Spike>)
          value = append_values<Activation<Kind, float>>(value, bits, count_bytes + (p * pitch + b) * 8);
        end = append_positions<shift>(end, bits, std::uint16_t((p * run + b) * 8 << shift));
      }
      std::memcpy(end, &fillers, sizeof fillers);
      std::uint16_t* const filled = begin + round_up(Index(end - begin), 4);
      if constexpr (!std::is_same_v<Kind, Spike>) {
        std::fill(value, value + 4, Value(0));
        value += filled - end;
      }
      end = filled;
    }
    cursor.end = end;
    cursor.value = value;
  }
};

}  // namespace tet::conv

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/activity.hpp>
#include <tet/core/pack.hpp>

#include <span>
#include <tuple>
#include <utility>

namespace tet::conv {

/// Part of a kernel whose taps see the same input pixels: rows and columns of one residue modulo the stride, at most 3
/// x 3 of them.
///
/// Within a residue class the convolution has stride 1: tap (p, q) joins input (y, x) of the class to output (y - p, x
/// - q).
struct TapGroup {
  Index residue_row, residue_column;
  Index first_row, first_column;  // in taps of the class
  Index rows, columns;

  static constexpr Index most = 3;

  /// Calls visit(group) for all groups of a geometry.
  template <class Visit>
  static constexpr void for_each(ConvGeometry const& g, Visit const& visit) {
    for (Index a = 0; a < std::min(g.stride, g.kernel); ++a)
      for (Index b = 0; b < std::min(g.stride, g.kernel); ++b) {
        Index const tall = ceil_div(g.kernel - a, g.stride), wide = ceil_div(g.kernel - b, g.stride);
        for (Index p = 0; p < tall; p += most)
          for (Index q = 0; q < wide; q += most)
            visit(TapGroup{a, b, p, q, std::min(most, tall - p), std::min(most, wide - q)});
      }
  }
};

/// Weight gradient that visits active inputs only: per input channel a list of its active pixels, and the gradients of
/// all taps of a block of outputs in registers while the list is walked over a strip of dy that lies in L1.
///
/// Work goes through groups of units (a unit: some rows of one image, or some whole images): first lists and strips of
/// all units are made, then tasks, each owner of a block of input channels and a block of outputs, add all units in
/// order.
///
/// Spikes of a parent (see SharedSpikes) are listed once, over the sum of the gradients of all timesteps that have
/// them.
///
/// Order: per weight, units in order, pixels in order, into one sum.
struct SpikeWeightGradient {
  using V = NativePack<float>;
  /// Outputs of a strip: one vector, and so 9 sums in registers. With two, a strip holds half the pixels, and each sum
  /// is loaded and stored twice as often: 1.4 to 1.6 times slower at a density of 0.1 (AVX-512).
  static constexpr Index block = V::width;
  static constexpr Index strip_bytes = native_width<float> > 8 ? 36 * 1024 : 20 * 1024;
  static constexpr Index joint = 8;  // blocks copied at once
  static constexpr Index list_bytes = 4 << 20;
  static constexpr Index group_bytes = 6 << 20;
  static constexpr int offset_unit = 8;
  static constexpr int offset_shift = std::countr_zero(unsigned(block) * sizeof(float) / offset_unit);

  /// Strips of three rows must be within reach of 16-bit offsets.
  static bool applies(ConvGeometry const& g) {
    return ((g.out_width() + 4) * TapGroup::most + 64) << offset_shift <= 65536;
  }

  ConvGeometry g;
  Index listed_images;  // those of g, and one more timestep of common spikes
  TapGroup taps;
  Index blocks;                        // of outputs
  Index channels, channel_blocks;      // of inputs, per task
  Index words;                         // of 64 inputs
  Index row0, column0, rows, columns;  // input pixels of the class that some output sees: first, and how many
  Index unit_rows, unit_images, units;
  Index pitch, image_pitch, positions;  // of a strip: pixels per row, per image, in all
  Index strip_stride;                   // floats from strip to strip
  Index group;                          // units
  Index list_capacity;                  // of one word of one unit

  float* sums = nullptr;             // [blocks][in][taps][block]
  float* strips = nullptr;           // [group][blocks][strip_stride], a strip is [positions][block]
  std::uint16_t* offsets = nullptr;  // [group][words][list_capacity]
  float* values = nullptr;           // likewise
  std::uint32_t* starts = nullptr;   // [group][words][65]
  std::uint64_t* masks = nullptr;    // [slots][64][positions / 64]
  std::int32_t* pixels = nullptr;    // [slots][positions]: input pixel, -1 for halo
  Index* sources = nullptr;          // [slots][timesteps]: see sources_of

  /// common: see Activity.
  template <class Kind>
  static SpikeWeightGradient plan(Arena& arena, ConvGeometry const& geometry, Index common, TapGroup const& taps,
                                  Index slots) {
    SpikeWeightGradient s;
    s.g = geometry;
    s.listed_images = geometry.images / geometry.timesteps * (geometry.timesteps + common);
    s.taps = taps;
    ConvGeometry const& g = s.g;
    s.blocks = ceil_div(g.out_channels, block);
    s.words = ceil_div(g.in_channels, 64);
    s.channels = 128;
    while (s.channels > 8 && s.blocks * ceil_div(g.in_channels, s.channels) < 16) s.channels /= 2;
    s.channel_blocks = ceil_div(g.in_channels, s.channels);

    std::tie(s.row0, s.rows) = range(g.height, g.out_height(), taps.residue_row, taps.first_row, taps.rows, g);
    std::tie(s.column0, s.columns) =
        range(g.width, g.out_width(), taps.residue_column, taps.first_column, taps.columns, g);
    s.pitch = std::max<Index>(1, s.columns + taps.columns - 1);
    Index const most =
        std::clamp<Index>(list_bytes / (2 * g.in_channels), 64, strip_bytes / (block * Index(sizeof(float))));
    Index const halo = taps.rows - 1;
    Index const fitting = std::max<Index>(1, most / s.pitch - halo);
    s.unit_rows = s.rows <= fitting ? std::max<Index>(s.rows, 1) : ceil_div(s.rows, ceil_div(s.rows, fitting));
    s.unit_images =
        s.rows <= fitting ? std::clamp<Index>(most / (s.pitch * (s.unit_rows + halo)), 1, s.listed_images) : 1;
    s.units = ceil_div(s.listed_images, s.unit_images) * ceil_div(s.rows, s.unit_rows);
    s.image_pitch = s.pitch * (s.unit_rows + halo);
    s.positions = round_up(s.image_pitch * s.unit_images, 64);
    s.strip_stride = s.positions * block + 16;  // one cache line more: strips of a pixel in different cache sets
    Index const value_bytes = std::is_same_v<Kind, Spike> ? 0 : 4;
    s.list_capacity = 64 * s.positions + 64;
    Index const unit_bytes = s.blocks * s.strip_stride * 4 + s.words * s.list_capacity * (2 + value_bytes);
    s.group = std::clamp<Index>(group_bytes / unit_bytes, 1, std::max<Index>(s.units, 1));

    s.sums = arena.take<float>(s.blocks * g.in_channels * taps.rows * taps.columns * block);
    s.strips = arena.take<float>(s.group * s.blocks * s.strip_stride);
    s.offsets = arena.take<std::uint16_t>(s.group * s.words * s.list_capacity);
    s.values = arena.take<float>(value_bytes > 0 ? s.group * s.words * s.list_capacity : 0);
    s.starts = arena.take<std::uint32_t>(s.group * s.words * 65);
    s.masks = arena.take<std::uint64_t>(slots * s.positions);
    s.pixels = arena.take<std::int32_t>(slots * s.positions);
    s.sources = arena.take<Index>(slots * g.timesteps);
    return s;
  }

  template <class Loops, class Kind>
  void run(BasicCpu<Loops>& exec, Activity const& active, Activation<Kind, float> x, float const* dy,
           float* dweight) const {
    exec.parallel_for(blocks, [&](Index b, Index) {
      Index const count = g.in_channels * taps.rows * taps.columns * block;
      std::fill(sums + b * count, sums + (b + 1) * count, 0.0f);
    });
    for (Index first = 0; first < units; first += group) {
      Index const count = std::min(group, units - first);
      Index const quads = ceil_div(blocks, joint);
      exec.parallel_for(count * (words + quads), [&](Index task, Index slot) {
        Index const u = task / (words + quads), part = task % (words + quads);
        if (part < words) list_word(active, x, first + u, u, part, slot);
        else pack_strips(active, dy, first + u, u, part - words, slot);
      });
      exec.parallel_for(blocks * channel_blocks, [&](Index task, Index) {
        for (Index u = 0; u < count; ++u) add_unit<Kind>(u, task / channel_blocks, task % channel_blocks);
      });
    }
    unpack(exec, dweight);
  }

 private:
  struct Unit {
    Index image, images, row, rows;  // rows of the class, counted from row0
  };

  /// First row of the class inside the input and in reach of an output, and how many follow.
  static std::pair<Index, Index> range(Index extent, Index outputs, Index residue, Index first_tap, Index tap_count,
                                       ConvGeometry const& g) {
    Index const low = g.padding > residue ? ceil_div(g.padding - residue, g.stride) : 0;
    Index const top = extent - 1 + g.padding - residue;
    Index const high = std::min(top < 0 ? -1 : top / g.stride, outputs - 1 + first_tap + tap_count - 1);
    return {low, std::max<Index>(0, high - low + 1)};
  }

  Unit unit(Index u) const {
    Index const cuts = ceil_div(rows, unit_rows), image = u / cuts * unit_images, row = u % cuts * unit_rows;
    return {image, std::min(unit_images, listed_images - image), row, std::min(unit_rows, rows - row)};
  }

  /// Lists the active pixels of 64 channels of a unit.
  template <class Kind>
  void list_word(Activity const& active, Activation<Kind, float> x, Index index, Index u, Index word,
                 Index slot) const {
    Unit const at = unit(index);
    std::int32_t* const pixel = pixels + slot * positions;
    std::fill(pixel, pixel + positions, -1);
    for (Index n = 0; n < at.images; ++n) {
      Index const image = image_at(active, at.image + n);
      for (Index r = 0; r < at.rows; ++r) {
        Index const row = (row0 + at.row + r) * g.stride + taps.residue_row - g.padding;
        Index const column = column0 * g.stride + taps.residue_column - g.padding;
        for (Index c = 0; c < columns; ++c)
          pixel[n * image_pitch + r * pitch + c] =
              std::int32_t((image * g.height + row) * g.width + column + c * g.stride);
      }
    }
    Index const cuts = positions / 64;
    std::uint64_t* const mask = masks + slot * positions;
    for (Index cut = 0; cut < cuts; ++cut) {
      alignas(64) std::uint64_t square[64];
      for (Index k = 0; k < 64; ++k) {
        std::int32_t const p = pixel[cut * 64 + k];
        square[k] = p >= 0 ? active.bits[p * active.words + word] : 0;
      }
      transpose_bits(square);
      for (Index c = 0; c < 64; ++c) mask[c * cuts + cut] = square[c];
    }
    std::uint16_t* const begin = offsets + (u * words + word) * list_capacity;
    std::uint16_t* end = begin;
    std::uint32_t* const start = starts + (u * words + word) * 65;
    for (Index c = 0; c < 64; ++c) {
      start[c] = std::uint32_t(end - begin);
      for (Index cut = 0; cut < cuts; ++cut) {
        std::uint64_t const m = mask[c * cuts + cut];
        if (m == 0) continue;
        end = append_all<offset_shift, 8>(end, m, cut * 64);
      }
      if constexpr (!std::is_same_v<Kind, Spike>) {
        float* const value = values + (u * words + word) * list_capacity;
        for (std::uint16_t* k = begin + start[c]; k != end; ++k)
          value[k - begin] = x.value(pixel[*k >> offset_shift], word * 64 + c);
      }
    }
    start[64] = std::uint32_t(end - begin);
  }

  /// Copies dy around a unit, `joint` blocks of outputs at once (whole cache lines), with zeros where there is no
  /// output.
  void pack_strips(Activity const& active, float const* dy, Index index, Index u, Index quad, Index slot) const {
    Unit const at = unit(index);
    Index const first = quad * joint, last = std::min(blocks, first + joint), oh = g.out_height(), ow = g.out_width();
    float* to = strips + (u * blocks + first) * strip_stride;
    for (Index n = 0; n < at.images; ++n) {
      std::span<Index const> const images = sources_of(active, image_at(active, at.image + n), slot);
      for (Index r = 0; r < unit_rows + taps.rows - 1; ++r) {
        Index const i = row0 + at.row + r - (taps.first_row + taps.rows - 1);
        Index const j0 = column0 - (taps.first_column + taps.columns - 1);
        bool const outside = i < 0 || i >= oh;
        Index const left = outside ? pitch : std::clamp<Index>(-j0, 0, pitch), right = std::clamp(ow - j0, left, pitch);
        for (Index b = 0; b < last - first; ++b) {
          std::fill(to + b * strip_stride, to + b * strip_stride + left * block, 0.0f);
          std::fill(to + b * strip_stride + right * block, to + b * strip_stride + pitch * block, 0.0f);
        }
        for (Index const& image : images) {
          bool const more = &image != images.data();
          float const* const from = dy + ((image * oh + i) * ow + j0) * g.out_channels + first * block;
          auto const copy = [&](auto const& load) {
            for (Index c = left; c < right; ++c)
              for (Index b = 0; b < last - first; ++b) {
                float* const strip = to + b * strip_stride + c * block;
                V const v = load(from + c * g.out_channels + b * block, b);
                (more ? V::load(strip) + v : v).store(strip);
              }
          };
          if (last * block <= g.out_channels) copy([](float const* v, Index) { return V::load(v); });
          else copy([&](float const* v, Index b) { return V::load(v, g.out_channels - (first + b) * block); });
        }
        to += pitch * block;
      }
    }
  }

  /// The image at a place of the order in which they are added. Those of one sample follow on each other where
  /// timesteps have parents: the gradients of one enter the sums of several.
  Index image_at(Activity const& active, Index k) const {
    if (active.parent == nullptr) return k;
    Index const timesteps = g.timesteps + active.common;
    return k % timesteps * (g.images / g.timesteps) + k / timesteps;
  }

  /// The images whose outputs the listed inputs of an image enter, kept in a slot's scratch.
  std::span<Index const> sources_of(Activity const& active, Index image, Index slot) const {
    Index const samples = g.images / g.timesteps, t = image / samples;
    Index* const begin = sources + slot * g.timesteps;
    Index* end = begin;
    if (t < g.timesteps) *end++ = image;
    for (Index later = t < g.timesteps ? t + 1 : 0; active.parent != nullptr && later < g.timesteps; ++later) {
      Index root = later;
      while (root >= 0 && root < g.timesteps && root != t) root = active.parent[root];
      if (root == t) *end++ = later * samples + image % samples;
    }
    return {begin, end};
  }

  template <class Kind>
  void add_unit(Index u, Index b, Index channel_block) const {
    static_assert(TapGroup::most == 3);
    switch (taps.rows * 4 + taps.columns) {
      case 5:
        return add_channels<Kind, 1, 1>(u, b, channel_block);
      case 6:
        return add_channels<Kind, 1, 2>(u, b, channel_block);
      case 7:
        return add_channels<Kind, 1, 3>(u, b, channel_block);
      case 9:
        return add_channels<Kind, 2, 1>(u, b, channel_block);
      case 10:
        return add_channels<Kind, 2, 2>(u, b, channel_block);
      case 11:
        return add_channels<Kind, 2, 3>(u, b, channel_block);
      case 13:
        return add_channels<Kind, 3, 1>(u, b, channel_block);
      case 14:
        return add_channels<Kind, 3, 2>(u, b, channel_block);
      default:
        return add_channels<Kind, 3, 3>(u, b, channel_block);
    }
  }

  template <class Kind, int Rows, int Columns>
  void add_channels(Index u, Index b, Index channel_block) const {
    float const* row[Rows];  // of tap row p, for offset 0 and the last tap column
    for (int p = 0; p < Rows; ++p) row[p] = strips + (u * blocks + b) * strip_stride + (Rows - 1 - p) * pitch * block;
    Index const first = channel_block * channels, last = std::min(g.in_channels, first + channels);
    for (Index c = first; c < last; ++c) {
      Index const list = u * words + c / 64;
      std::uint16_t const* const offset = offsets + list * list_capacity;
      std::uint32_t const begin = starts[list * 65 + c % 64], end = starts[list * 65 + c % 64 + 1];
      if (begin == end) continue;
      float* const to = sums + (b * g.in_channels + c) * Rows * Columns * block;
      V sum[Rows][Columns];
      for (int t = 0; t < Rows * Columns; ++t) sum[t / Columns][t % Columns] = V::load(to + t * block);
      auto const add = [&](std::uint32_t k, std::uint64_t at) {
        TET_UNROLL(3)
        for (int p = 0; p < Rows; ++p) {
          float const* const from = reinterpret_cast<float const*>(reinterpret_cast<std::byte const*>(row[p]) +
                                                                   Index(at & 0xFFFF) * offset_unit);
          TET_UNROLL(3)
          for (int q = 0; q < Columns; ++q) {
            V const d = V::load(from + (Columns - 1 - q) * block);
            if constexpr (std::is_same_v<Kind, Spike>) sum[p][q] += d;
            else sum[p][q] += V(values[list * list_capacity + k]) * d;
          }
        }
      };
      std::uint32_t k = begin;
      std::uint64_t next = next_entries(offset + k);
      for (; k + 4 <= end; k += 4) {
        std::uint64_t const four = next;
        next = next_entries(offset + k + 4);
        add(k, four);
        add(k + 1, four >> 16);
        add(k + 2, four >> 32);
        add(k + 3, four >> 48);
      }
      for (; k < end; ++k, next >>= 16) add(k, next);
      for (int t = 0; t < Rows * Columns; ++t) sum[t / Columns][t % Columns].store(to + t * block);
    }
  }

  template <class Loops>
  void unpack(BasicCpu<Loops>& exec, float* dweight) const {
    Index const count = taps.rows * taps.columns;
    exec.parallel_for(g.in_channels, [&](Index c, Index) {
      for (Index t = 0; t < count; ++t) {
        Index const p = taps.residue_row + (taps.first_row + t / taps.columns) * g.stride;
        Index const q = taps.residue_column + (taps.first_column + t % taps.columns) * g.stride;
        float* const to = dweight + ((p * g.kernel + q) * g.in_channels + c) * g.out_channels;
        for (Index b = 0; b < blocks; ++b) {
          float const* const from = sums + ((b * g.in_channels + c) * count + t) * block;
          V::load(from).store(to + b * block, g.out_channels - b * block);
        }
      }
    });
  }
};

}  // namespace tet::conv

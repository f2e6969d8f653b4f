// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/output.hpp>
#include <tet/backend/cpu/conv/pair_products.hpp>
#include <tet/backend/cpu/conv/sum_scales.hpp>
#include <tet/backend/cpu/conv/tasks.hpp>
#include <tet/backend/cpu/conv/tile.hpp>
#include <tet/backend/cpu/conv/winograd_int16_lines.hpp>
#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/stream.hpp>
#include <tet/core/convolution.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

namespace tet::conv {

/// Winograd's F(4x4, 3x3) with weights of 8 bits, in whole numbers: 36 products of 16 bits instead of 144 of 8 for a
/// 4x4 patch of outputs, per pair of channels. Exact, and so the same as SpikeForwardInt8 to the bit.
///
/// Sums wrap: whatever does not fit 32 bits on the way, a multiple of an output that fits comes out right, since
/// additions, subtractions and multiplications modulo 2^32 lead to it.
/// Weights stay 9 bytes for a pair of channels; each task transforms those it needs. Their transform, of 72 bytes, would
/// take longer to arrive from memory, where one sample has few patches to use it for.
///
/// Source: Lavin, Gray: Fast algorithms for convolutional neural networks. CVPR 2016, sec. 4.3 (points 0, ±1, ±2).
template <class Products = PairProducts>
struct WinogradInt16 {
  using Lines = WinogradInt16Lines;
  using Shorts = typename Products::Shorts;
  using Sums = typename Products::Sums;
  using Whole = typename Products::Whole;
  static constexpr int edge = Lines::edge, patch = Lines::patch, planes = Lines::planes;
  static constexpr Index lanes = Products::bytes / 2;
  static constexpr int vectors = int(tile_columns / (lanes / 2));  // of a row of a tile
  static constexpr int least_rows = 2 * tile_rows / 3 / vectors;   // tiles have one, two or three times as many
  static constexpr Index most_pairs = 64;    // of input channels, whose weights are transformed at once
  static constexpr Index steps_at_once = 4;  // timesteps whose outputs are handed on together
  /// Source and products of a task. More than an L2, since planes are read in order: 36 patches of 512 channels at
  /// once take 0.86 times what 20 do.
  static constexpr Index task_bytes = 2 << 20;

  ConvGeometry g;
  Index timesteps;
  Index tall, wide, places;  // patches of an image, of a timestep
  Index block, blocks;       // places of a task
  Index together;            // blocks whose source is transformed at once
  Index pairs, chunk;        // of input channels; those whose weights are transformed at once
  Index panels;              // of tile_columns outputs
  Index pitch, source_plane, weight_plane, product_plane;

  std::int8_t* weights = nullptr;  // [panels][pairs][taps][tile_columns][2]
  SumScales scales;
  std::int16_t* source = nullptr;       // [planes][patches of `together` blocks][pitch]
  std::int16_t* transformed = nullptr;  // [slots][planes][chunk][tile_columns][2]
  std::uint32_t* products = nullptr;    // [slots][planes][patches of a block][tile_columns]

  /// Whether results fit, and it is worth its transforms: elsewhere DenseInt8 is faster (measured on Zen 5). A function
  /// of the shape alone.
  template <class Kind>
  static bool applies(ConvGeometry const& g, Index timesteps) {
    if (g.kernel != 3 || g.stride != 1 || g.in_channels < 16 || g.out_channels < 16) return false;
    static_assert(100 * largest_input<Kind> <= std::numeric_limits<std::int16_t>::max());
    if (taps * 127 * largest_input<Kind> * std::int64_t(g.in_channels) >= Lines::outputs_below) return false;
    Arena measure;
    return plan(measure, measure, g, {.timesteps = timesteps, .wanted = 1}).work() <= 1.6;
  }

  /// Packed weights lie in one arena, scratch in the other one.
  static WinogradInt16 plan(Arena& packed, Arena& scratch, ConvGeometry const& g, Tasks const& tasks) {
    WinogradInt16 w;
    w.g = g;
    w.timesteps = tasks.timesteps;
    w.tall = ceil_div(g.out_height(), edge), w.wide = ceil_div(g.out_width(), edge);
    w.places = g.images / w.timesteps * w.tall * w.wide;
    w.panels = ceil_div(g.out_channels, tile_columns);
    w.pairs = ceil_div(g.in_channels, 2);
    w.chunk = std::min(w.pairs, most_pairs);
    w.pitch = round_up(g.in_channels, lanes) + lanes;
    Index const patch_bytes = planes * (w.pitch * Index(sizeof(std::int16_t)) + tile_columns * Index(sizeof(float)));
    Index const wanted = ceil_div(tasks.wanted, w.panels), fitting = task_bytes / (patch_bytes * w.timesteps);
    Index const most = std::clamp<Index>(w.places / wanted, 1, std::max<Index>(1, fitting));
    w.blocks = ceil_div(w.places, most);
    w.block = ceil_div(w.places, w.blocks);
    w.together = std::min(w.blocks, tasks.slots);
    // Room for `most` places, not for w.block: fewer images never need more.
    w.source_plane = tile_up(std::min(w.places, tasks.slots * most) * w.timesteps) * w.pitch + skew;
    w.weight_plane = w.chunk * 2 * tile_columns + skew;
    w.product_plane = tile_up(most * w.timesteps) * tile_columns + skew;
    w.weights = packed.take<std::int8_t>(w.panels * w.panel_weights());
    w.scales = SumScales::plan(packed, w.panels * tile_columns);
    w.source = scratch.take<std::int16_t>(planes * w.source_plane);
    w.transformed = scratch.take<std::int16_t>(tasks.slots * planes * w.weight_plane);
    w.products = scratch.take<std::uint32_t>(tasks.slots * planes * w.product_plane);
    return w;
  }

  /// Products and transforms of weights, in products, for each product that an output needs. Patches hang over borders,
  /// and all of a block share one transform.
  double work() const {
    double const outputs = double(places * timesteps * edge * edge);
    return outputs / double(g.images * g.out_pixels()) * (1 + 4.3 / double(block * timesteps));
  }

  /// Time for each product, relative to that with very many input channels, which share one transform of products.
  double transforms() const { return 1 + 36 / double(g.in_channels); }

  template <class Kind, class Loops>
  void pack(BasicCpu<Loops>& exec, SynapseValues<Int8> const& values) const {
    scales.pack<Kind>(values, g.out_channels);
    exec.parallel_for(panels, [&](Index panel, Index) {
      std::int8_t* to = weights + panel * panel_weights();
      for (Index k = 0; k < pairs; ++k)
        for (Index tap = 0; tap < taps; ++tap)
          for (Index o = panel * tile_columns; o < (panel + 1) * tile_columns; ++o)
            for (Index c = 2 * k; c < 2 * k + 2; ++c) {
              bool const used = o < g.out_channels && c < g.in_channels;
              *to++ = used ? values.weight[(tap * g.in_channels + c) * g.out_channels + o] : std::int8_t(0);
            }
    });
  }

  template <class Loops, class Kind, class Output>
  void run(BasicCpu<Loops>& exec, Activation<Kind, float> x, Output const& output) const {
    for (Index first = 0; first < blocks; first += together) {
      Index const begin = first * block, end = std::min(places, begin + together * block);
      exec.parallel_for(end - begin, [&](Index n, Index) {
        for (Index t = 0; t < timesteps; ++t) transform_source(x, t, begin + n, source + (n * timesteps + t) * pitch);
      });
      exec.parallel_for(ceil_div(end - begin, block) * panels, [&](Index task, Index slot) {
        Index const b = task / panels, panel = task % panels;
        Index const from = begin + b * block, used = std::min(block, end - from);
        std::uint32_t* const out = products + slot * planes * product_plane;
        multiply(source + b * block * timesteps * pitch, panel, used * timesteps,
                 transformed + slot * planes * weight_plane, out);
        for (Index n = 0; n < used; ++n)
          transform_products(out + n * timesteps * tile_columns, from + n, panel, output);
        output.finish();
      });
    }
  }

 private:
  static constexpr Index taps = 9;
  static constexpr Index pair_weights = taps * 2 * tile_columns;
  /// Numbers between planes: power-of-two distances cost 2-3x in the transforms (cache sets).
  static constexpr Index skew = 5 * lanes;

  /// Rows that tiles read and write.
  static Index tile_up(Index rows) { return rows + least_rows - 1; }
  Index panel_weights() const { return pairs * pair_weights; }

  /// First output of a place.
  struct Corner {
    Index image, row, column;
  };
  Corner corner(Index place) const { return {place / (tall * wide), place / wide % tall * edge, place % wide * edge}; }

  template <class Vector, class From>
  [[gnu::always_inline]] static Vector load(From const* from) {
    Vector v;
    std::memcpy(&v, from, sizeof v);
    return v;
  }

  template <class Kind>
  void transform_source(Activation<Kind, float> x, Index t, Index place, std::int16_t* to) const {
    Corner const at = corner(place);
    Index const image = t * (g.images / timesteps) + at.image;
    Index pixel[patch][patch];  // -1 outside
    for (int i = 0; i < patch; ++i)
      for (int j = 0; j < patch; ++j) {
        Index const r = at.row - g.padding + i, s = at.column - g.padding + j;
        bool const inside = r >= 0 && r < g.height && s >= 0 && s < g.width;
        pixel[i][j] = inside ? (image * g.height + r) * g.width + s : -1;
      }
    for (Index c = 0; c < g.in_channels; c += lanes, to += lanes) {
      Shorts half[patch][patch];
      TET_UNROLL(8)
      for (int j = 0; j < patch; ++j) {
        Shorts d[patch], line[patch];
        TET_UNROLL(8)
        for (int i = 0; i < patch; ++i) d[i] = pixel[i][j] >= 0 ? load_shorts<Shorts>(x, pixel[i][j], c) : Shorts{};
        Lines::source(d, line);
        TET_UNROLL(8)
        for (int i = 0; i < patch; ++i) half[i][j] = line[i];
      }
      std::int16_t* plane = to;
      TET_UNROLL(8)
      for (int i = 0; i < patch; ++i) {
        Shorts line[patch];
        Lines::source(half[i], line);
        TET_UNROLL(8)
        for (int j = 0; j < patch; ++j, plane += source_plane) std::memcpy(plane, &line[j], sizeof line[j]);
      }
    }
  }

  /// Of `count` pairs of channels.
  void transform_weights(std::int8_t const* from, Index count, std::int16_t* to) const {
    for (Index k = 0; k < count; ++k, from += pair_weights)
      for (Index v = 0; v < vectors; ++v, to += lanes) {
        Shorts half[patch][3];
        TET_UNROLL(4)
        for (int q = 0; q < 3; ++q) {
          Shorts w[3], line[patch];
          TET_UNROLL(4)
          for (int p = 0; p < 3; ++p) w[p] = Products::widen(from + ((p * 3 + q) * vectors + v) * lanes);
          Lines::weights(w, line);
          TET_UNROLL(8)
          for (int i = 0; i < patch; ++i) half[i][q] = line[i];
        }
        std::int16_t* plane = to;
        TET_UNROLL(8)
        for (int i = 0; i < patch; ++i) {
          Shorts line[patch];
          Lines::weights(half[i], line);
          TET_UNROLL(8)
          for (int j = 0; j < patch; ++j, plane += weight_plane) std::memcpy(plane, &line[j], sizeof line[j]);
        }
      }
  }

  /// All planes of `count` patches and one panel.
  void multiply(std::int16_t const* in, Index panel, Index count, std::int16_t* w, std::uint32_t* out) const {
    std::int8_t const* from = weights + panel * panel_weights();
    for (Index k = 0; k < pairs; k += chunk) {
      Index const used = std::min(chunk, pairs - k), bytes = used * pair_weights;
      transform_weights(from, used, w);
      from += bytes;  // where the next chunk begins, of this panel or the next one
      for (Index plane = 0; plane < planes; ++plane) {
        cpu::prefetch_early(reinterpret_cast<std::uintptr_t>(from) + std::uintptr_t(bytes / planes * plane),
                            bytes / planes);
        multiply_plane(in + plane * source_plane + 2 * k, w + plane * weight_plane, used, k == 0, count,
                       out + plane * product_plane);
      }
    }
  }

  void multiply_plane(std::int16_t const* in, std::int16_t const* w, Index used, bool first, Index count,
                      std::uint32_t* out) const {
    for (Index r = 0; r < count; r += 3 * least_rows) {
      std::int16_t const* const row = in + r * pitch;
      std::uint32_t* const to = out + r * tile_columns;
      if (count - r > 2 * least_rows) multiply_tile<3 * least_rows>(row, pitch, w, used, first, to);
      else if (count - r > least_rows) multiply_tile<2 * least_rows>(row, pitch, w, used, first, to);
      else multiply_tile<least_rows>(row, pitch, w, used, first, to);
    }
  }

  /// out[r][o] = sum over k < pairs and c < 2 of in[r][2 k + c] * w[k][o][c], plus itself unless `first`.
  /// Not inlined: the loop wants all registers.
  template <int Rows>
  [[gnu::noinline]] static void multiply_tile(std::int16_t const* in, Index pitch, std::int16_t const* w, Index pairs,
                                              bool first, std::uint32_t* out) {
    std::int16_t const* row[Rows];
    Sums sum[Rows][vectors];
    TET_UNROLL(16)
    for (int r = 0; r < Rows; ++r) row[r] = in + r * pitch;
    TET_UNROLL(16)
    for (int r = 0; r < Rows; ++r) TET_UNROLL(4)
    for (int v = 0; v < vectors; ++v) sum[r][v] = first ? Sums{} : load<Sums>(out + r * tile_columns + v * lanes / 2);
    for (Index k = 0; k != 2 * pairs; k += 2, w += vectors * lanes) {
      Shorts columns[vectors];
      TET_UNROLL(4)
      for (int v = 0; v < vectors; ++v) columns[v] = load<Shorts>(w + v * lanes);
      TET_UNROLL(16)
      for (int r = 0; r < Rows; ++r) {
        Shorts const x = Products::repeat(row[r] + k);
        TET_UNROLL(4)
        for (int v = 0; v < vectors; ++v) sum[r][v] = Products::add(sum[r][v], x, columns[v]);
      }
    }
    TET_UNROLL(16)
    for (int r = 0; r < Rows; ++r) TET_UNROLL(4)
    for (int v = 0; v < vectors; ++v) std::memcpy(out + r * tile_columns + v * lanes / 2, &sum[r][v], sizeof(Sums));
  }

  /// Outputs of one place and one panel.
  template <class Output>
  void transform_products(std::uint32_t const* from, Index place, Index panel, Output const& output) const {
    Corner const at = corner(place);
    Index const height = std::min<Index>(edge, g.out_height() - at.row),
                width = std::min<Index>(edge, g.out_width() - at.column);
    Index const first = (at.image * g.out_height() + at.row) * g.out_width() + at.column;
    Index const o0 = panel * tile_columns, outs = std::min(tile_columns, g.out_channels - o0);
    for (Index t0 = 0; t0 < timesteps; t0 += steps_at_once) {
      Index const steps = std::min(steps_at_once, timesteps - t0);
      alignas(64) float values[edge * edge][steps_at_once * tile_columns];
      for (Index t = 0; t < steps; ++t)
        for (Index o = 0; o < tile_columns; o += lanes / 2)
          transform_product(from + (t0 + t) * tile_columns + o, o0 + o, values[0] + t * tile_columns + o);
      for (Index i = 0; i < height; ++i)
        for (Index j = 0; j < width; ++j)
          output(OutputRun{t0, steps, first + i * g.out_width() + j, o0, outs, values[i * edge + j], tile_columns});
    }
  }

  /// One vector of outputs of a patch at one timestep, o …
  /// Not inlined: its caller would keep the addresses of all planes, in memory.
  [[gnu::noinline]] void transform_product(std::uint32_t const* m, Index o, float* values) const {
    Sums half[patch][edge];
    TET_UNROLL(8)
    for (int i = 0; i < patch; ++i) {
      Sums d[patch];
      TET_UNROLL(8)
      for (int j = 0; j < patch; ++j, m += product_plane) d[j] = load<Sums>(m);
      Lines::product(d, half[i]);
    }
    TET_UNROLL(8)
    for (int j = 0; j < edge; ++j) {
      Sums d[patch], line[edge];
      TET_UNROLL(8)
      for (int i = 0; i < patch; ++i) d[i] = half[i][j];
      Lines::product(d, line);
      TET_UNROLL(8)
      for (int i = 0; i < edge; ++i)
        scales.outputs(Lines::output<Whole>(line[i], i, j), o)
            .store(values + (i * edge + j) * steps_at_once * tile_columns);
    }
  }
};

}  // namespace tet::conv

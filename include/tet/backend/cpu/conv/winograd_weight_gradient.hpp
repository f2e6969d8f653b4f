// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/winograd_patches.hpp>
#include <tet/backend/cpu/cpu.hpp>
#include <tet/core/arena.hpp>

namespace tet::conv {

/// Winograd's F(3x3, 4x4) and F(3x3, 6x6): the 3x3 weight gradient of a 4x4 patch of outputs by 36 products instead of
/// 144, of a 6x6 one by 64 instead of 324, per pair of channels.
///
///   dw = A^T [ sum over patches of (B^T d B) * (G e G^T) ] A        (d: patch of the source, e: patch of dy;
/// WinogradLines has the three transforms)
///
/// Work goes through groups of patches: first the group's transforms are made, then tasks, each owner of one plane and
/// a panel of outputs, add all patches of the group. If patches are few and sums are many, there is one group; tasks own
/// all planes of some tiles then, and restore them at once, so that not all sums exist at the same time.
///
/// Source: Lavin, Gray: Fast algorithms for convolutional neural networks. CVPR 2016, sec. 4.2 and 4.3.
/// Pre:    3x3 window, both strides 1.
/// Order:  per weight and plane, patches in order, into one sum.
/// Error:  at most 1e-4 of the largest gradient.
struct WinogradWeightGradient : WinogradPatches {
  static constexpr Index group_bytes = 6 << 20;       // of transforms; twice as many are not faster
  static constexpr Index one_group_bytes = 24 << 20;  // that the caches hold
  static constexpr Index many_sums = 36 << 20;        // bytes
  static constexpr int taps = 3;

  Index group;  // patches
  bool one_group;
  Index panels, tiles;       // of tile_columns outputs, of tile_rows input channels
  Index parts, part_tiles;   // tasks of a panel where there is one group, and tiles of each
  Index in_pack, out_panel;  // floats of a group's channel pack, of a group's panel
  Index in_plane, out_plane, sum_plane;

  float* sums = nullptr;      // [panels or slots][planes][tiles or part_tiles][tile]
  float* source = nullptr;    // [planes][channel packs][group][V::width]
  float* gradient = nullptr;  // [planes][panels][group][tile_columns]

  using WinogradPatches::WinogradPatches;

  /// Sums that exceed the caches are read and written once a group: then an edge of 4, which has fewer of them, is as
  /// fast unless it has many more products.
  static Index best_edge(Correlation const& c) {
    Index const edge = WinogradPatches::best_edge(c);
    bool const far = edge == 6 && sum_bytes(c, edge) > many_sums;
    return far && products(c, 4) < 1.3 * products(c, 6) ? 4 : edge;
  }

  static WinogradWeightGradient plan(Arena& arena, Correlation const& c, Index edge, Index slots) {
    WinogradWeightGradient w(c, edge);
    w.panels = ceil_div(c.out_channels, tile_columns);
    w.tiles = ceil_div(c.in_channels, tile_rows);
    Index const packs = ceil_div(c.in_channels, V::width);
    w.parts = std::min(w.tiles, ceil_div(Index(16), w.panels));
    w.part_tiles = ceil_div(w.tiles, w.parts);
    w.group = std::min(std::clamp<Index>(group_bytes / patch_bytes(c, edge), 64, 256), w.patches);
    Index const slot_sums = w.planes * w.part_tiles * tile_floats * Index(sizeof(float));
    Index const one = w.patches * patch_bytes(c, edge) + slots * slot_sums;
    // The first bound keeps the transforms in the caches, the second one makes sure that fewer patches never need more.
    w.one_group = w.patches * patch_bytes(c, edge) <= one_group_bytes && one <= sum_bytes(c, edge);
    if (w.one_group) w.group = w.patches;
    w.in_pack = w.group * V::width;
    w.out_panel = w.group * tile_columns;
    w.in_plane = packs * w.in_pack + skew;
    w.out_plane = w.panels * w.out_panel + skew;
    w.sum_plane = (w.one_group ? w.part_tiles : w.tiles) * tile_floats + skew;
    w.sums = arena.take<float>((w.one_group ? slots : w.panels) * w.planes * w.sum_plane);
    w.source = arena.take<float>(w.planes * w.in_plane);
    w.gradient = arena.take<float>(w.planes * w.out_plane);
    return w;
  }

  template <class Loops, class Kind>
  void run(BasicCpu<Loops>& exec, Activation<Kind, float> x, float const* dy, float* dweight) const {
    with_lines([&]<class Lines>(Lines) {
      for (Index first = 0; first < patches; first += group) {
        Index const used = std::min(group, patches - first);
        exec.parallel_for(used, [&](Index t, Index) {
          Patch const p = patch_at(first + t);
          transform_source<Lines>(x, p.image, p.row, p.column, source + t * V::width, in_plane, in_pack);
          transform_gradient<Lines>(dy, p, gradient + t * tile_columns);
        });
        if (one_group) break;
        exec.parallel_for(planes * panels, [&](Index task, Index) {
          Index const panel = task % panels, plane = task / panels;
          add_group(plane, panel, 0, tiles, used, first == 0, sums + (panel * planes + plane) * sum_plane);
        });
      }
      exec.parallel_for(panels * parts, [&](Index task, Index slot) {
        Index const panel = task / parts, begin = task % parts * part_tiles, end = std::min(tiles, begin + part_tiles);
        float* sum = sums + panel * planes * sum_plane + begin * tile_floats;
        if (one_group) {
          sum = sums + slot * planes * sum_plane;
          for (Index plane = 0; plane < planes; ++plane)
            add_group(plane, panel, begin, end, patches, true, sum + plane * sum_plane);
        }
        for (Index tile = begin; tile < end; ++tile, sum += tile_floats) restore<Lines>(panel, tile, sum, dweight);
      });
    });
  }

 private:
  static Index patch_bytes(Correlation const& c, Index edge) {
    Index const channels = round_up(c.in_channels, V::width) + round_up(c.out_channels, tile_columns);
    return planes_of(edge) * channels * Index(sizeof(float));
  }
  static Index sum_bytes(Correlation const& c, Index edge) {
    Index const pairs = round_up(c.in_channels, Index(tile_rows)) * round_up(c.out_channels, tile_columns);
    return planes_of(edge) * pairs * Index(sizeof(float));
  }

  struct Patch {
    Index image, row, column;  // first output
  };
  Patch patch_at(Index at) const { return {at / (tall * wide), at / wide % tall * edge, at % wide * edge}; }

  template <class Lines>
  void transform_gradient(float const* dy, Patch const& p, float* to) const {
    constexpr int patch = Lines::patch;
    Index const height = std::min<Index>(edge, c.rows - p.row), width = std::min<Index>(edge, c.columns - p.column);
    float const* const corner = dy + ((p.image * c.rows + p.row) * c.columns + p.column) * c.out_channels;
    for (Index m = 0; m < panels * tile_columns; m += V::width) {
      Index const valid = c.out_channels - m;  // lanes past the end, and whole packs of them, are 0
      V half[patch][Lines::edge];
      for (int j = 0; j < Lines::edge; ++j) {
        V d[Lines::edge], t[patch];
        for (int i = 0; i < Lines::edge; ++i)
          d[i] = i < height && j < width && valid > 0
                     ? V::load(corner + (i * c.columns + j) * c.out_channels + m, valid)
                     : V(0.0f);
        Lines::spread(d, t);
        for (int i = 0; i < patch; ++i) half[i][j] = t[i];
      }
      float* const pack = to + m / tile_columns * out_panel + m % tile_columns;
      for (int i = 0; i < patch; ++i) {
        V t[patch];
        Lines::spread(half[i], t);
        for (int j = 0; j < patch; ++j) t[j].store(pack + (i * patch + j) * out_plane);
      }
    }
  }

  /// Adds `used` patches to the sums of tiles begin … end.
  void add_group(Index plane, Index panel, Index begin, Index end, Index used, bool first, float* sum) const {
    float const* const in = source + plane * in_plane;
    float const* const out = gradient + plane * out_plane + panel * out_panel;
    for (Index tile = begin; tile < end; ++tile, sum += tile_floats) {
      TileOperand a;
      a.step = V::width;
      for (int r = 0; r < tile_rows; ++r) {
        Index const channel = std::min(tile * tile_rows + r, c.in_channels - 1);
        a.row[r] = in + channel / V::width * in_pack + channel % V::width;
      }
      multiply_tile(a, 1, used, out,
                    first ? TileRows<float const>{zero_row, 0} : TileRows<float const>{sum, tile_columns},
                    {sum, tile_columns});
    }
  }

  template <class Lines>
  void restore(Index panel, Index tile, float const* from, float* dweight) const {
    constexpr int patch = Lines::patch;
    for (Index r = 0; r < tile_rows && tile * tile_rows + r < c.in_channels; ++r)
      for (Index m = 0; m < tile_columns && panel * tile_columns + m < c.out_channels; m += V::width) {
        V half[taps][patch];
        for (int j = 0; j < patch; ++j) {
          V d[patch], t[taps];
          for (int i = 0; i < patch; ++i) d[i] = V::load(from + (i * patch + j) * sum_plane + r * tile_columns + m);
          Lines::restore(d, t);
          for (int i = 0; i < taps; ++i) half[i][j] = t[i];
        }
        Index const channel = tile * tile_rows + r, column = panel * tile_columns + m;
        for (int i = 0; i < taps; ++i) {
          V t[taps];
          Lines::restore(half[i], t);
          for (int j = 0; j < taps; ++j)
            t[j].store(dweight + ((i * taps + j) * c.in_channels + channel) * c.out_channels + column,
                       c.out_channels - column);
        }
      }
  }
};

}  // namespace tet::conv

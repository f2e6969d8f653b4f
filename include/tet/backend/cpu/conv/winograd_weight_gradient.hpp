// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/winograd_patches.hpp>
#include <tet/backend/cpu/cpu.hpp>
#include <tet/core/arena.hpp>

namespace tet::conv {

/// Winograd's F(3x3, 4x4): the 3x3 weight gradient of a 4x4 patch of outputs by 36 products instead of 144, per pair of
/// channels.
///
///   dw = A^T [ sum over patches of (B^T d B) * (G e G^T) ] A        (d: 6x6 patch of the source, e: 4x4 patch of dy)
///
/// Work goes through groups of patches: first the group's transforms are made, then tasks, each owner of one position
/// of the transform and a panel of outputs, add all patches of the group.
///
/// Source: Lavin, Gray: Fast algorithms for convolutional neural networks. CVPR 2016, sec. 4.2 and 4.3.
/// Pre:    3x3 window, both strides 1.
/// Order:  per weight and position of the transform, patches in order, into one sum.
/// Error:  at most 1e-4 of the largest gradient.
struct WinogradWeightGradient : WinogradPatches {
  static constexpr Index group_bytes = 12 << 20;
  static constexpr int taps = 3;

  Index group;               // patches
  Index panels, tiles;       // of tile_columns outputs, of tile_rows input channels
  Index in_pack, out_panel;  // floats of a group's channel pack, of a group's panel
  Index in_plane, out_plane, sum_plane;

  float* sums = nullptr;      // [planes][panels][tiles][tile]
  float* source = nullptr;    // [planes][channel packs][group][V::width]
  float* gradient = nullptr;  // [planes][panels][group][tile_columns]

  using WinogradPatches::WinogradPatches;

  static WinogradWeightGradient plan(Arena& arena, Correlation const& c) {
    WinogradWeightGradient w(c);
    w.panels = ceil_div(c.out_channels, tile_columns);
    w.tiles = ceil_div(c.in_channels, tile_rows);
    Index const packs = ceil_div(c.in_channels, V::width);
    Index const patch_bytes = planes * (packs * V::width + w.panels * tile_columns) * Index(sizeof(float));
    w.group = std::min(std::clamp<Index>(group_bytes / patch_bytes, 64, 256), w.patches);
    w.in_pack = w.group * V::width;
    w.out_panel = w.group * tile_columns;
    w.in_plane = packs * w.in_pack + skew;
    w.out_plane = w.panels * w.out_panel + skew;
    w.sum_plane = w.panels * w.tiles * tile_floats + skew;
    w.sums = arena.take<float>(planes * w.sum_plane);
    w.source = arena.take<float>(planes * w.in_plane);
    w.gradient = arena.take<float>(planes * w.out_plane);
    return w;
  }

  template <class Loops, class Kind>
  void run(BasicCpu<Loops>& exec, Activation<Kind, float> x, float const* dy, float* dweight) const {
    for (Index first = 0; first < patches; first += group) {
      Index const used = std::min(group, patches - first);
      exec.parallel_for(used, [&](Index t, Index) {
        Patch const p = patch_at(first + t);
        transform_source(x, p.image, p.row, p.column, source + t * V::width, in_plane, in_pack);
        transform_gradient(dy, p, gradient + t * tile_columns);
      });
      exec.parallel_for(planes * panels,
                        [&](Index task, Index) { add_group(task / panels, task % panels, used, first == 0); });
    }
    exec.parallel_for(panels * tiles, [&](Index task, Index) { restore(task / tiles, task % tiles, dweight); });
  }

 private:
  struct Patch {
    Index image, row, column;  // first output
  };
  Patch patch_at(Index at) const { return {at / (tall * wide), at / wide % tall * edge, at % wide * edge}; }

  /// G of one line.
  [[gnu::always_inline]] static void transform_gradient_line(V const (&d)[4], V (&t)[6]) {
    V const a = d[0] + d[2], b = d[1] + d[3], e = times(4, d[2], d[0]), f = times(4, d[3], d[1]);
    t[0] = V(1 / 4.f) * d[0];
    t[1] = V(-1 / 6.f) * (a + b);
    t[2] = V(-1 / 6.f) * (a - b);
    t[3] = V(1 / 24.f) * times(2, f, e);
    t[4] = V(1 / 24.f) * times(-2, f, e);
    t[5] = d[3];
  }

  /// A^T of one line.
  [[gnu::always_inline]] static void restore_line(V const (&m)[6], V (&t)[3]) {
    V const a = m[1] + m[2], b = m[3] + m[4];
    t[0] = m[0] + (a + b);
    t[1] = times(2, m[3] - m[4], m[1] - m[2]);
    t[2] = m[5] + times(4, b, a);
  }

  void transform_gradient(float const* dy, Patch const& p, float* to) const {
    Index const height = std::min<Index>(edge, c.rows - p.row), width = std::min<Index>(edge, c.columns - p.column);
    float const* const corner = dy + ((p.image * c.rows + p.row) * c.columns + p.column) * c.out_channels;
    for (Index m = 0; m < panels * tile_columns; m += V::width) {
      Index const valid = c.out_channels - m;  // lanes past the end, and whole packs of them, are 0
      V half[patch][edge];
      for (int j = 0; j < edge; ++j) {
        V d[edge], t[patch];
        for (int i = 0; i < edge; ++i)
          d[i] = i < height && j < width && valid > 0
                     ? V::load(corner + (i * c.columns + j) * c.out_channels + m, valid)
                     : V(0.0f);
        transform_gradient_line(d, t);
        for (int i = 0; i < patch; ++i) half[i][j] = t[i];
      }
      float* const pack = to + m / tile_columns * out_panel + m % tile_columns;
      for (int i = 0; i < patch; ++i) {
        V t[patch];
        transform_gradient_line(half[i], t);
        for (int j = 0; j < patch; ++j) t[j].store(pack + (i * patch + j) * out_plane);
      }
    }
  }

  void add_group(Index plane, Index panel, Index used, bool first) const {
    float const* const in = source + plane * in_plane;
    float const* const out = gradient + plane * out_plane + panel * out_panel;
    for (Index tile = 0; tile < tiles; ++tile) {
      TileOperand a;
      a.step = V::width;
      for (int r = 0; r < tile_rows; ++r) {
        Index const channel = std::min(tile * tile_rows + r, c.in_channels - 1);
        a.row[r] = in + channel / V::width * in_pack + channel % V::width;
      }
      float* const sum = sums + plane * sum_plane + (panel * tiles + tile) * tile_floats;
      multiply_tile(a, 1, used, out,
                    first ? TileRows<float const>{zero_row, 0} : TileRows<float const>{sum, tile_columns},
                    {sum, tile_columns});
    }
  }

  void restore(Index panel, Index tile, float* dweight) const {
    float const* const from = sums + (panel * tiles + tile) * tile_floats;
    for (Index r = 0; r < tile_rows && tile * tile_rows + r < c.in_channels; ++r)
      for (Index m = 0; m < tile_columns && panel * tile_columns + m < c.out_channels; m += V::width) {
        V half[taps][patch];
        for (int j = 0; j < patch; ++j) {
          V d[patch], t[taps];
          for (int i = 0; i < patch; ++i) d[i] = V::load(from + (i * patch + j) * sum_plane + r * tile_columns + m);
          restore_line(d, t);
          for (int i = 0; i < taps; ++i) half[i][j] = t[i];
        }
        Index const channel = tile * tile_rows + r, column = panel * tile_columns + m;
        for (int i = 0; i < taps; ++i) {
          V t[taps];
          restore_line(half[i], t);
          for (int j = 0; j < taps; ++j)
            t[j].store(dweight + ((i * taps + j) * c.in_channels + channel) * c.out_channels + column,
                       c.out_channels - column);
        }
      }
  }
};

}  // namespace tet::conv

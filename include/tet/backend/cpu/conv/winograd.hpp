// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/output.hpp>
#include <tet/backend/cpu/conv/tasks.hpp>
#include <tet/backend/cpu/conv/winograd_patches.hpp>
#include <tet/backend/cpu/cpu.hpp>
#include <tet/core/arena.hpp>

namespace tet::conv {

/// Winograd's F(4x4, 3x3): 36 products instead of 144 for a 4x4 patch of outputs, per pair of channels.
///
///   Y = A^T [ (G w G^T) * (B^T d B) ] A        (d: 6x6 patch of the source, w: 3x3 window, * element by element,
/// summed over channels)
///
/// Source: Lavin, Gray: Fast algorithms for convolutional neural networks. CVPR 2016, sec. 4.3 (points 0, ±1, ±2).
/// Pre:    3x3 window, both strides 1.
/// Order:  per patch and position of the transform, channels in order.
/// Error:  at most 1e-4 of the largest output.
struct Winograd : WinogradPatches {
  Index timesteps;      // of the images [T][B]. Patch p is place p / timesteps at timestep p % timesteps
  Index block, blocks;  // patches per task: whole places
  Index panels, in_padded, out_padded;
  Index weight_plane, in_plane, out_plane;

  float* weights = nullptr;  // [planes][panels][in_channels][tile_columns]
  float* bias = nullptr;     // [out_padded]
  float* source = nullptr;   // [slots][planes][block][in_padded]
  float* product = nullptr;  // [slots][planes][block][out_padded]

  using WinogradPatches::WinogradPatches;

  /// Packed weights lie in one arena, scratch in the other one, or in the same.
  static Winograd plan(Arena& packed, Arena& scratch, Correlation const& c, Tasks const& tasks) {
    Winograd w(c);
    w.timesteps = tasks.timesteps;
    Index const wanted = std::max<Index>(1, tasks.wanted / 2);
    w.block = round_up(std::clamp<Index>(round_up(w.patches / wanted, tile_rows), tile_rows, 48), w.timesteps);
    w.blocks = ceil_div(w.patches, w.block);
    w.panels = ceil_div(c.out_channels, tile_columns);
    w.in_padded = round_up(c.in_channels, V::width);
    w.out_padded = w.panels * tile_columns;
    w.weight_plane = w.panels * c.in_channels * tile_columns + skew;
    w.in_plane = w.block * w.in_padded + skew;
    w.out_plane = round_up(w.block, tile_rows) * w.out_padded + skew;  // whole tiles are written
    w.weights = packed.take<float>(planes * w.weight_plane);
    w.bias = packed.take<float>(w.out_padded);
    w.source = scratch.take<float>(tasks.slots * planes * w.in_plane);
    w.product = scratch.take<float>(tasks.slots * planes * w.out_plane);
    return w;
  }

  template <class Loops, class Kind, class Output>
  void run(BasicCpu<Loops>& exec, Activation<Kind, float> x, Output const& output) const {
    exec.parallel_for(blocks, [&](Index task, Index slot) {
      Index const first = task * block, count = std::min(block, patches - first);
      float* const in = source + slot * planes * in_plane;
      float* const out = product + slot * planes * out_plane;
      for (Index t = 0; t < count; ++t) {
        Patch const p = patch_at(first + t);
        transform_source(x, p.t * (c.images / timesteps) + p.image, p.row, p.column, in + t * in_padded, in_plane,
                         V::width);
      }
      for (Index plane = 0; plane < planes; ++plane)
        multiply(in + plane * in_plane, weights + plane * weight_plane, count, out + plane * out_plane);
      for (Index t = 0; t < count; ++t) transform_product(out + t * out_padded, first + t, output);
    });
  }

  /// Transforms the weights; `run` uses them.
  template <class Loops>
  void pack(BasicCpu<Loops>& exec, float const* weight, float const* bias_values) const {
    static constexpr Index piece = 16;  // channels per task
    static constexpr float G[patch][3] = {{1 / 4.f, 0, 0},
                                          {-1 / 6.f, -1 / 6.f, -1 / 6.f},
                                          {-1 / 6.f, 1 / 6.f, -1 / 6.f},
                                          {1 / 24.f, 1 / 12.f, 1 / 6.f},
                                          {1 / 24.f, -1 / 12.f, 1 / 6.f},
                                          {0, 0, 1}};
    Index const pieces = ceil_div(c.in_channels, piece);
    exec.parallel_for(panels * pieces, [&](Index task, Index) {
      Index const panel = task / pieces, k0 = task % pieces * piece, k1 = std::min(c.in_channels, k0 + piece);
      Index const m0 = panel * tile_columns, count = std::min(tile_columns, c.out_channels - m0);
      for (Index m = 0; k0 == 0 && m < tile_columns; ++m)
        bias[m0 + m] = bias_values != nullptr && m < count ? bias_values[m0 + m] : 0.0f;
      alignas(64) float window[9][piece][tile_columns] = {};
      for (Index tap = 0; tap < 9; ++tap)
        for (Index k = k0; k < k1; ++k) c.weights(weight, tap / 3, tap % 3, k, m0, count, window[tap][k - k0]);
      for (Index k = k0; k < k1; ++k)
        for (Index m = 0; m < tile_columns; m += V::width) {
          V w[3][3], half[patch][3];
          for (int tap = 0; tap < 9; ++tap) w[tap / 3][tap % 3] = V::load(window[tap][k - k0] + m);
          for (int i = 0; i < patch; ++i)
            for (int j = 0; j < 3; ++j)
              half[i][j] = times(G[i][0], w[0][j], times(G[i][1], w[1][j], V(G[i][2]) * w[2][j]));
          float* const to = weights + (panel * c.in_channels + k) * tile_columns + m;
          for (int i = 0; i < patch; ++i)
            for (int j = 0; j < patch; ++j)
              times(G[j][0], half[i][0], times(G[j][1], half[i][1], V(G[j][2]) * half[i][2]))
                  .store(to + (i * patch + j) * weight_plane);
        }
    });
  }

 private:
  struct Patch {
    Index t, image, row, column;  // timestep, image of that timestep, first output
  };
  Patch patch_at(Index at) const {
    Index const place = at / timesteps;
    return {at % timesteps, place / (tall * wide), place / wide % tall * edge, place % wide * edge};
  }

  /// A^T of one line.
  [[gnu::always_inline]] static void restore_line(V const (&m)[6], V (&t)[4]) {
    V const a = m[1] + m[2], b = m[1] - m[2], e = m[3] + m[4], f = m[3] - m[4];
    t[0] = m[0] + (a + e);
    t[1] = times(2, f, b);
    t[2] = times(4, e, a);
    t[3] = m[5] + times(8, f, b);
  }

  void multiply(float const* in, float const* plane_weights, Index count, float* out) const {
    for (Index panel = 0; panel < panels; ++panel)
      for (Index t = 0; t < count; t += tile_rows) {
        TileOperand a;
        for (int r = 0; r < tile_rows; ++r) a.row[r] = in + std::min(t + r, count - 1) * in_padded;
        multiply_tile(a, 1, c.in_channels, plane_weights + panel * c.in_channels * tile_columns, {zero_row, 0},
                      {out + t * out_padded + panel * tile_columns, out_padded});
      }
  }

  template <class Output>
  void transform_product(float const* from, Index at, Output const& output) const {
    Patch const p = patch_at(at);
    Index const height = std::min<Index>(edge, c.rows - p.row), width = std::min<Index>(edge, c.columns - p.column);
    Index const corner = (p.image * c.out_height + p.row + c.out_row) * c.out_width + p.column + c.out_column;
    for (Index m = 0; m < c.out_channels; m += V::width) {
      V half[edge][patch];
      for (int j = 0; j < patch; ++j) {
        V d[patch], t[edge];
        for (int i = 0; i < patch; ++i) d[i] = V::load(from + (i * patch + j) * out_plane + m);
        restore_line(d, t);
        for (int i = 0; i < edge; ++i) half[i][j] = t[i];
      }
      V const offset = V::load(bias + m);
      for (Index i = 0; i < height; ++i) {
        V t[edge];
        restore_line(half[i], t);
        for (Index j = 0; j < width; ++j) {
          V const value = t[j] + offset;
          output(OutputRun{p.t, 1, corner + i * c.out_width + j, m, std::min<Index>(V::width, c.out_channels - m),
                           reinterpret_cast<float const*>(&value.v), 0});
        }
      }
    }
  }
};

}  // namespace tet::conv

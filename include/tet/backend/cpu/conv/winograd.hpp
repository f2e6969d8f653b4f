// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/output.hpp>
#include <tet/backend/cpu/conv/tasks.hpp>
#include <tet/backend/cpu/conv/winograd_patches.hpp>
#include <tet/backend/cpu/cpu.hpp>
#include <tet/core/arena.hpp>

namespace tet::conv {

/// Winograd's F(4x4, 3x3) and F(6x6, 3x3): 36 products instead of 144 for a 4x4 patch of outputs, 64 instead of 324 for
/// a 6x6 one, per pair of channels.
///
///   Y = A^T [ (G w G^T) * (B^T d B) ] A        (d: patch of the source, w: 3x3 window, * element by element, summed
/// over channels; WinogradLines has the three transforms)
///
/// Where transformed weights are few, tasks are blocks of patches. Where they are many, so that each reading of them
/// costs, tasks are panels of outputs and share the transformed sources of a group of patches; weights that change with
/// every run are then transformed panel by panel, just before they are used, and never leave the caches.
///
/// Source: Lavin, Gray: Fast algorithms for convolutional neural networks. CVPR 2016, sec. 4.
/// Pre:    3x3 window, both strides 1.
/// Order:  per patch and plane, channels in order.
/// Error:  at most 1e-4 of the largest output.
struct Winograd : WinogradPatches {
  static constexpr Index few_weights = 12 << 20, group_bytes = 16 << 20, block_bytes = 512 << 10;
  static constexpr Index most_block = 4 * tile_rows;

  Index timesteps;      // of the images [T][B]. Patch p is place p / timesteps at timestep p % timesteps
  Index block;          // patches that a task treats at a time
  bool by_panels;       // what tasks are
  Index group;          // patches whose transformed sources exist at once: of a task, or for all tasks; whole places
  Index panels, parts;  // parts of a group that one panel is split into
  Index in_padded, weight_plane, in_plane, out_plane;

  float* weights = nullptr;  // [panels or slots][planes][in_channels][tile_columns]
  float* bias = nullptr;     // [panels][tile_columns]
  float* source = nullptr;   // [slots or 1][planes][group][in_padded]
  float* product = nullptr;  // [slots][planes][block][tile_columns]

  using WinogradPatches::WinogradPatches;
  Winograd() = default;

  /// Packed weights lie in one arena, scratch in the other one.
  static Winograd plan(Arena& packed, Arena& scratch, Correlation const& c, Index edge, Tasks const& tasks) {
    Winograd w = cut(c, edge, tasks);
    w.plan_weights(packed, w.panels);
    w.plan_scratch(scratch, tasks);
    return w;
  }

  /// For `run` with weights.
  static Winograd plan(Arena& scratch, Correlation const& c, Index edge, Tasks const& tasks) {
    Winograd w = cut(c, edge, tasks);
    w.plan_weights(scratch, w.by_panels ? tasks.slots : w.panels);
    w.plan_scratch(scratch, tasks);
    return w;
  }

  /// Transforms the weights; `run` uses them.
  template <class Loops>
  void pack(BasicCpu<Loops>& exec, float const* weight, float const* bias_values) const {
    pack_bias(bias_values);
    exec.parallel_for(panels * pieces(), [&](Index task, Index) {
      Index const panel = task / pieces();
      pack_piece(weight, panel, task % pieces(), weights + panel * panel_weights());
    });
  }

  template <class Loops, class Kind, class Output>
  void run(BasicCpu<Loops>& exec, Activation<Kind, float> x, Output const& output) const {
    auto const packed = [&](Index panel, Index) { return weights + panel * panel_weights(); };
    with_lines([&]<class Lines>(Lines lines) {
      if (by_panels) run_panels(lines, exec, x, output, packed);
      else run_blocks(lines, exec, x, output);
    });
  }

  template <class Loops, class Kind, class Output>
  void run(BasicCpu<Loops>& exec, float const* weight, float const* bias_values, Activation<Kind, float> x,
           Output const& output) const {
    if (!by_panels) {
      pack(exec, weight, bias_values);
      return run(exec, x, output);
    }
    pack_bias(bias_values);
    auto const fresh = [&](Index panel, Index slot) {
      float* const to = weights + slot * panel_weights();
      for (Index piece = 0; piece < pieces(); ++piece) pack_piece(weight, panel, piece, to);
      return to;
    };
    with_lines([&](auto lines) { run_panels(lines, exec, x, output, fresh); });
  }

 private:
  static constexpr Index piece_channels = 16;

  static Winograd cut(Correlation const& c, Index edge, Tasks const& tasks) {
    Winograd w(c, edge);
    w.timesteps = tasks.timesteps;
    w.panels = ceil_div(c.out_channels, tile_columns);
    w.in_padded = round_up(c.in_channels, V::width);
    w.weight_plane = c.in_channels * tile_columns + skew;
    w.by_panels = w.panels * w.panel_weights() * Index(sizeof(float)) > few_weights;
    Index const fitting = (w.by_panels ? group_bytes : block_bytes) / (w.planes * w.in_padded * Index(sizeof(float)));
    if (w.by_panels) {
      w.group = std::min(round_up(std::max(fitting, most_block), w.timesteps), w.patches);
    } else {
      Index const shared = w.patches / std::max<Index>(1, tasks.wanted / 2);
      Index const most = std::clamp<Index>(fitting / tile_rows * tile_rows, tile_rows, most_block);
      w.group = round_up(std::clamp<Index>(round_up(shared, tile_rows), tile_rows, most), w.timesteps);
    }
    w.parts = std::clamp<Index>(tasks.wanted / w.panels, 1, ceil_div(w.group, most_block));
    w.block = std::min(round_up(w.group, tile_rows), most_block);
    w.in_plane = w.group * w.in_padded + skew;
    w.out_plane = w.block * tile_columns + skew;
    return w;
  }

  void plan_weights(Arena& arena, Index count) {
    weights = arena.take<float>(count * panel_weights());
    bias = arena.take<float>(panels * tile_columns);
  }

  void plan_scratch(Arena& arena, Tasks const& tasks) {
    source = arena.take<float>((by_panels ? 1 : tasks.slots) * planes * in_plane);
    product = arena.take<float>(tasks.slots * planes * out_plane);
  }

  Index panel_weights() const { return planes * weight_plane; }
  Index pieces() const { return ceil_div(c.in_channels, piece_channels); }

  struct Patch {
    Index t, image, row, column;  // timestep, image of that timestep, first output
  };
  Patch patch_at(Index at) const {
    Index const place = at / timesteps;
    return {at % timesteps, place / (tall * wide), place / wide % tall * edge, place % wide * edge};
  }

  void pack_bias(float const* values) const {
    for (Index m = 0; m < panels * tile_columns; ++m)
      bias[m] = values != nullptr && m < c.out_channels ? values[m] : 0.0f;
  }

  void pack_piece(float const* weight, Index panel, Index piece, float* panel_weights) const {
    Index const k0 = piece * piece_channels, channels = std::min(piece_channels, c.in_channels - k0);
    Index const m0 = panel * tile_columns, count = std::min(tile_columns, c.out_channels - m0);
    alignas(64) float window[9][piece_channels * tile_columns] = {};
    for (Index tap = 0; tap < 9; ++tap)
      c.weights(weight, tap / 3, tap % 3, k0, channels, m0, count, window[tap], tile_columns);
    with_lines([&]<class Lines>(Lines) {
      for (Index at = 0; at < channels * tile_columns; at += V::width)
        transform_weights<Lines>(window[0] + at, piece_channels * tile_columns, panel_weights + k0 * tile_columns + at);
    });
  }

  template <class Lines>
  void transform_weights(float const* window, Index tap_stride, float* to) const {
    constexpr int patch = Lines::patch;
    V half[patch][3];
    for (int j = 0; j < 3; ++j) {
      V w[3], t[patch];
      for (int i = 0; i < 3; ++i) w[i] = V::load(window + (3 * i + j) * tap_stride);
      Lines::spread(w, t);
      for (int i = 0; i < patch; ++i) half[i][j] = t[i];
    }
    for (int i = 0; i < patch; ++i) {
      V t[patch];
      Lines::spread(half[i], t);
      for (int j = 0; j < patch; ++j) t[j].store(to + (i * patch + j) * weight_plane);
    }
  }

  template <class Lines, class Kind>
  void transform(Activation<Kind, float> x, Index at, float* to) const {
    Patch const p = patch_at(at);
    transform_source<Lines>(x, p.t * (c.images / timesteps) + p.image, p.row, p.column, to, in_plane, V::width);
  }

  template <class Lines, class Loops, class Kind, class Output>
  void run_blocks(Lines, BasicCpu<Loops>& exec, Activation<Kind, float> x, Output const& output) const {
    exec.parallel_for(ceil_div(patches, group), [&](Index task, Index slot) {
      Index const first = task * group, count = std::min(group, patches - first);
      float* const in = source + slot * planes * in_plane;
      for (Index t = 0; t < count; ++t) transform<Lines>(x, first + t, in + t * in_padded);
      for (Index panel = 0; panel < panels; ++panel)
        run_panel<Lines>(weights + panel * panel_weights(), panel, in, first, 0, count,
                         product + slot * planes * out_plane, output);
      output.finish();
    });
  }

  /// weights_of(panel, task's slot): transformed weights.
  template <class Lines, class Loops, class Kind, class Output, class Weights>
  void run_panels(Lines, BasicCpu<Loops>& exec, Activation<Kind, float> x, Output const& output,
                  Weights const& weights_of) const {
    for (Index first = 0; first < patches; first += group) {
      Index const count = std::min(group, patches - first), places = count / timesteps;
      exec.parallel_for(count, [&](Index t, Index) { transform<Lines>(x, first + t, source + t * in_padded); });
      exec.parallel_for(panels * parts, [&](Index task, Index slot) {
        Index const panel = task / parts, part = task % parts;
        run_panel<Lines>(weights_of(panel, slot), panel, source, first, places * part / parts * timesteps,
                         places * (part + 1) / parts * timesteps, product + slot * planes * out_plane, output);
        output.finish();
      });
    }
  }

  /// Patches begin … end of the group that starts at `first`.
  template <class Lines, class Output>
  void run_panel(float const* panel_weights, Index panel, float const* in, Index first, Index begin, Index end,
                 float* out, Output const& output) const {
    for (Index at = begin; at < end; at += block) {
      Index const count = std::min(block, end - at);
      for (Index plane = 0; plane < planes; ++plane)
        multiply(in + plane * in_plane + at * in_padded, panel_weights + plane * weight_plane, count,
                 out + plane * out_plane);
      for (Index t = 0; t < count; ++t)
        transform_product<Lines>(out + t * tile_columns, first + at + t, panel * tile_columns, output);
    }
  }

  void multiply(float const* in, float const* panel_weights, Index count, float* out) const {
    for (Index t = 0; t < count; t += tile_rows) {
      TileOperand a;
      for (int r = 0; r < tile_rows; ++r) a.row[r] = in + std::min(t + r, count - 1) * in_padded;
      multiply_tile(a, 1, c.in_channels, panel_weights, {zero_row, 0}, {out + t * tile_columns, tile_columns});
    }
  }

  template <class Lines, class Output>
  void transform_product(float const* from, Index at, Index first_channel, Output const& output) const {
    constexpr int patch = Lines::patch;
    Patch const p = patch_at(at);
    Index const height = std::min(edge, c.rows - p.row), width = std::min(edge, c.columns - p.column);
    Index const corner = (p.image * c.out_height + p.row + c.out_row) * c.out_width + p.column + c.out_column;
    Index const end = std::min(first_channel + tile_columns, c.out_channels);
    for (Index m = first_channel; m < end; m += V::width, from += V::width) {
      V half[Lines::edge][patch];
      for (int j = 0; j < patch; ++j) {
        V d[patch], t[Lines::edge];
        for (int i = 0; i < patch; ++i) d[i] = V::load(from + (i * patch + j) * out_plane);
        Lines::restore(d, t);
        for (int i = 0; i < Lines::edge; ++i) half[i][j] = t[i];
      }
      V const offset = V::load(bias + m);
      for (Index i = 0; i < height; ++i) {
        V t[Lines::edge];
        Lines::restore(half[i], t);
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

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/correlation.hpp>
#include <tet/backend/cpu/conv/expand.hpp>
#include <tet/backend/cpu/conv/tile.hpp>
#include <tet/backend/cpu/cpu.hpp>
#include <tet/core/arena.hpp>

namespace tet::conv {

/// Plain sum over the window, register-tiled: tiles of pixels (across rows) x outputs, over a padded copy of a band of
/// source rows.
///
/// Order: per output, window rows, columns, channels in order, into one sum that starts with the bias.
struct DenseDirect {
  using V = NativePack<float>;

  Correlation c;
  Index panels;       // of tile_columns outputs
  Index band, bands;  // grid rows of one image
  Index splits;       // tasks per band, each with its share of the panels
  Index strip_columns, strip_rows;

  float* weights = nullptr;  // [panels][tap_rows][tap_columns * in_channels][tile_columns]
  float* bias = nullptr;     // [panels * tile_columns]
  float* strips = nullptr;   // [slots][strip_rows][strip_columns][in_channels]

  /// Packed weights lie in one arena, scratch in the other one, or in the same.
  static DenseDirect plan(Arena& packed, Arena& scratch, Correlation const& c, Index slots) {
    DenseDirect d;
    d.c = c;
    d.panels = ceil_div(c.out_channels, tile_columns);
    // About 128 pixels per task, fewer where images are few; a strip stays below 1/2 MiB where one row allows it.
    Index const wanted = std::clamp<Index>(c.images * c.rows * c.columns / 16, tile_rows, 128);
    Index const row_bytes = (c.columns * c.in_stride + c.tap_columns) * c.in_channels * Index(sizeof(float));
    Index const fitting = std::max<Index>(1, ((512 << 10) / std::max<Index>(row_bytes, 1) - c.tap_rows) / c.in_stride);
    d.band = std::clamp<Index>(std::min(ceil_div(wanted, std::max<Index>(c.columns, 1)), fitting), 1,
                               std::max<Index>(c.rows, 1));
    d.bands = ceil_div(c.rows, d.band);
    d.splits = c.images * d.bands >= 16 ? 1 : std::min(d.panels, ceil_div(16, std::max<Index>(c.images * d.bands, 1)));
    d.strip_columns = c.columns > 0 ? (c.columns - 1) * c.in_stride + c.tap_columns : 0;
    d.strip_rows = (d.band - 1) * c.in_stride + c.tap_rows;
    d.weights = packed.take<float>(d.panels * d.window() * tile_columns);
    d.bias = packed.take<float>(d.panels * tile_columns);
    d.strips = scratch.take<float>(slots * d.strip_floats());
    return d;
  }

  Index window() const { return c.tap_rows * c.tap_columns * c.in_channels; }
  Index strip_floats() const { return round_up(strip_rows * strip_columns * c.in_channels + 16, 16); }

  template <class Loops>
  void pack(BasicCpu<Loops>& exec, float const* weight, float const* bias_values) const {
    Index const taps = c.tap_rows * c.tap_columns;
    exec.parallel_for(panels, [&](Index panel, Index) {
      Index const m0 = panel * tile_columns, count = std::min(tile_columns, c.out_channels - m0);
      float* to = weights + panel * window() * tile_columns;
      std::fill_n(to, window() * tile_columns, 0.0f);
      constexpr Index piece = 16;  // channels
      for (Index tap = 0; tap < taps; ++tap)
        for (Index k = 0; k < c.in_channels; k += piece) {
          Index const channels = std::min(piece, c.in_channels - k);
          c.weights(weight, tap / c.tap_columns, tap % c.tap_columns, k, channels, m0, count, to, tile_columns);
          to += channels * tile_columns;
        }
      for (Index m = 0; m < tile_columns; ++m)
        bias[m0 + m] = bias_values != nullptr && m < count ? bias_values[m0 + m] : 0.0f;
    });
  }

  template <class Kind>
  void copy_strip(Activation<Kind, float> x, Index image, Index row0, Index rows_used, float* strip) const {
    Index const channels = c.in_channels;
    for (Index r = 0; r < rows_used; ++r)
      for (Index s = 0; s < strip_columns; ++s, strip += channels) {
        Index const row = row0 + r, column = c.in_column + s;
        if (row < 0 || row >= c.in_height || column < 0 || column >= c.in_width)
          std::fill(strip, strip + channels, 0.0f);
        else expand(x, (image * c.in_height + row) * c.in_width + column, strip);
      }
  }

  template <class Loops, class Kind>
  void run(BasicCpu<Loops>& exec, Activation<Kind, float> x, float* y) const {
    if (c.rows == 0 || c.columns == 0) return;
    exec.parallel_for(c.images * bands * splits, [&](Index task, Index slot) {
      Index const split = task % splits, i0 = task / splits % bands * band, image = task / splits / bands;
      Index const i1 = std::min(c.rows, i0 + band);
      float* const strip = strips + slot * strip_floats();
      copy_strip(x, image, i0 * c.in_stride + c.in_row, (i1 - i0 - 1) * c.in_stride + c.tap_rows, strip);
      for (Index panel = panels * split / splits; panel < panels * (split + 1) / splits; ++panel)
        run_panel(strip, panel, (i1 - i0) * c.columns, image, i0, y);
    });
  }

 private:
  void run_panel(float const* strip, Index panel, Index pixels, Index image, Index i0, float* y) const {
    Index const channels = c.in_channels, pitch = strip_columns * channels, run = c.tap_columns * channels;
    Index const m0 = panel * tile_columns, count = std::min(tile_columns, c.out_channels - m0);
    Index i = 0, j = 0;  // of the next pixel
    for (Index first = 0; first < pixels; first += tile_rows) {
      TileOperand a;
      a.pitch = pitch;
      float* to[tile_rows];
      for (int r = 0; r < tile_rows; ++r) {
        if (first + r == pixels) {  // repeats the last pixel
          for (; r < tile_rows; ++r) a.row[r] = a.row[r - 1];
          break;
        }
        Index const row = (i0 + i) * c.out_stride + c.out_row, column = j * c.out_stride + c.out_column;
        a.row[r] = strip + (i * pitch + j * channels) * c.in_stride;
        to[r] = y + ((image * c.out_height + row) * c.out_width + column) * c.out_channels + m0;
        if (++j == c.columns) j = 0, ++i;
      }
      alignas(64) float tile[tile_floats];
      multiply_tile(a, c.tap_rows, run, weights + panel * window() * tile_columns, {bias + m0, 0},
                    {tile, tile_columns});
      for (int r = 0; r < tile_rows && first + r < pixels; ++r) {
        V::load(tile + r * tile_columns).store(to[r], count);
        if (count > V::width) V::load(tile + r * tile_columns + V::width).store(to[r] + V::width, count - V::width);
      }
    }
  }
};

}  // namespace tet::conv

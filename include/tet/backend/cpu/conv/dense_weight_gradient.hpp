// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/expand.hpp>
#include <tet/backend/cpu/conv/tile.hpp>
#include <tet/backend/cpu/cpu.hpp>
#include <tet/core/arena.hpp>
#include <tet/core/convolution.hpp>

namespace tet::conv {

/// Weight gradient of dense input: register tiles of (tap, input channel) x outputs that sum over the pixels of a
/// padded strip.
///
/// Order: the strips are cut into a fixed number of parts; per weight, pixels in order within a part, then the parts in
///        order.
struct DenseWeightGradient {
  static constexpr Index strip_pixels = 192;
  static constexpr Index part_bytes = 32 << 20;  // of all parts' sums

  ConvGeometry g;
  Index panels;               // of tile_columns outputs
  Index tall, tiles;          // (tap, channel) pairs, register tiles of them
  Index band, bands, strips;  // output rows of one image; of all images
  Index parts;
  Index strip_columns;

  float* sums = nullptr;      // [parts][tiles][panels][tile]
  float* source = nullptr;    // [slots][strip rows][strip_columns][in]
  float* gradient = nullptr;  // [slots][panels][band * out_width][tile_columns]

  static DenseWeightGradient plan(Arena& arena, ConvGeometry g, Index slots) {
    if (g.kernel == 1 && g.stride == 1 && g.padding == 0) g.height *= g.images, g.images = 1;  // pixels are independent
    DenseWeightGradient d;
    d.g = g;
    d.panels = ceil_div(g.out_channels, tile_columns);
    d.tall = g.kernel * g.kernel * g.in_channels;
    d.tiles = ceil_div(d.tall, tile_rows);
    Index const part_floats = d.tiles * d.panels * tile_floats;
    // A part needs several strips to be worth its sums; 16 parts feed as many cores.
    d.band = std::clamp<Index>(strip_pixels / g.out_width(), 1, g.out_height());
    d.bands = ceil_div(g.out_height(), d.band);
    d.strips = g.images * d.bands;
    d.parts = std::clamp<Index>(part_bytes / (part_floats * Index(sizeof(float))), 1, 16);
    d.parts = std::clamp<Index>(std::min(d.parts, d.strips / 2), 1, 16);
    d.strip_columns = (g.out_width() - 1) * g.stride + g.kernel;
    d.sums = arena.take<float>(d.parts * part_floats);
    d.source = arena.take<float>(slots * d.source_floats());
    d.gradient = arena.take<float>(slots * d.gradient_floats());
    return d;
  }

  Index source_floats() const {
    return round_up(((band - 1) * g.stride + g.kernel) * strip_columns * g.in_channels, 16);
  }
  Index gradient_floats() const { return panels * band * g.out_width() * tile_columns; }

  template <class Loops, class Kind>
  void run(BasicCpu<Loops>& exec, Activation<Kind, float> x, float const* dy, float* dweight) const {
    exec.parallel_for(parts, [&](Index part, Index slot) {
      float* const sum = sums + part * tiles * panels * tile_floats;
      std::fill(sum, sum + tiles * panels * tile_floats, 0.0f);
      for (Index strip = strips * part / parts; strip < strips * (part + 1) / parts; ++strip) {
        Index const image = strip / bands, i0 = strip % bands * band, i1 = std::min(g.out_height(), i0 + band);
        copy_source(x, image, i0, i1, source + slot * source_floats());
        copy_gradient(dy, image, i0, i1, gradient + slot * gradient_floats());
        add_strip(source + slot * source_floats(), gradient + slot * gradient_floats(), i1 - i0, sum);
      }
    });
    unpack(exec, dweight);
  }

 private:
  template <class Kind>
  void copy_source(Activation<Kind, float> x, Index image, Index i0, Index i1, float* to) const {
    for (Index r = i0 * g.stride - g.padding; r < (i1 - 1) * g.stride - g.padding + g.kernel; ++r)
      for (Index s = -g.padding; s < strip_columns - g.padding; ++s, to += g.in_channels) {
        if (r < 0 || r >= g.height || s < 0 || s >= g.width) std::fill(to, to + g.in_channels, 0.0f);
        else expand(x, (image * g.height + r) * g.width + s, to);
      }
  }

  void copy_gradient(float const* dy, Index image, Index i0, Index i1, float* to) const {
    Index const pixels = (i1 - i0) * g.out_width();
    float const* const from = dy + (image * g.out_height() + i0) * g.out_width() * g.out_channels;
    for (Index panel = 0; panel < panels; ++panel) {
      Index const count = std::min(tile_columns, g.out_channels - panel * tile_columns);
      for (Index p = 0; p < pixels; ++p, to += tile_columns) {
        float const* const row = from + p * g.out_channels + panel * tile_columns;
        if (count == tile_columns) std::memcpy(to, row, tile_columns * sizeof(float));
        else std::fill(std::copy(row, row + count, to), to + tile_columns, 0.0f);
      }
    }
  }

  void add_strip(float const* from, float const* d, Index rows, float* sum) const {
    Index const pixels = rows * g.out_width(), line = strip_columns * g.in_channels, run = g.kernel * g.in_channels;
    for (Index panel = 0; panel < panels; ++panel, d += pixels * tile_columns)
      for (Index t = 0; t < tiles; ++t) {
        TileOperand a;
        a.pitch = g.stride * line;
        a.step = g.stride * g.in_channels;
        for (int r = 0; r < tile_rows; ++r) {
          Index const at = std::min(t * tile_rows + r, tall - 1);
          a.row[r] = from + at / run * line + at % run;
        }
        float* const tile = sum + (t * panels + panel) * tile_floats;
        multiply_tile(a, rows, g.out_width(), d, {tile, tile_columns}, {tile, tile_columns});
      }
  }

  template <class Loops>
  void unpack(BasicCpu<Loops>& exec, float* dweight) const {
    exec.parallel_for(tiles, [&](Index t, Index) {
      for (Index panel = 0; panel < panels; ++panel) {
        float* const total = sums + (t * panels + panel) * tile_floats;
        for (Index part = 1; part < parts; ++part) {
          float const* const other = total + part * tiles * panels * tile_floats;
          for (Index k = 0; k < tile_floats; ++k) total[k] += other[k];
        }
        Index const count = std::min(tile_columns, g.out_channels - panel * tile_columns);
        for (int r = 0; r < tile_rows && t * tile_rows + r < tall; ++r)
          std::copy(total + r * tile_columns, total + r * tile_columns + count,
                    dweight + (t * tile_rows + r) * g.out_channels + panel * tile_columns);
      }
    });
  }
};

}  // namespace tet::conv

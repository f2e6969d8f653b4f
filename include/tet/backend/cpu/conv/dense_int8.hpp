// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/byte_strips.hpp>
#include <tet/backend/cpu/conv/byte_tile.hpp>
#include <tet/backend/cpu/conv/output.hpp>
#include <tet/backend/cpu/conv/sum_scales.hpp>
#include <tet/backend/cpu/cpu.hpp>

#include <algorithm>
#include <limits>

namespace tet::conv {

/// Plain sum over the window in whole numbers, for input that is active nearly everywhere: tiles of pixels x outputs
/// over padded copies of the inputs, one byte each. Exact, and so the same as SpikeForwardInt8 to the bit.
///
/// Where sums have 16 bits, packing finds from the weights themselves how many steps of four inputs can be added before
/// any of them could leave 16 bits, whatever the inputs; they are emptied into 32 bits there.
template <class Products = ByteProducts>
struct DenseInt8 {
  using Tile = ByteTile<Products>;

  ByteStrips strips;
  Index panels;     // of tile_columns outputs
  Index splits;     // tasks per band, each with its share of the panels
  Index run_fours;  // inputs of one kernel row, in fours
  Index steps;      // of all kernel rows
  Index most_runs;

  std::int8_t* weights = nullptr;   // [panels][steps][tile_columns][4]
  std::int32_t* offsets = nullptr;  // [steps], of the four inputs from a window's first
  std::uint16_t* runs = nullptr;    // [panels][most_runs + 1], steps before sums are emptied; ends with 0
  SumScales scales;

  /// Whether sums of one step fit for inputs of this kind.
  template <class Kind>
  static constexpr bool applies = largest_input<Kind> <= Products::most_input;

  /// Packed weights lie in one arena, scratch in the other one.
  template <class Kind>
  static DenseInt8 plan(Arena& packed, Arena& scratch, ConvGeometry const& g, Tasks const& tasks) {
    DenseInt8 d;
    d.strips = ByteStrips::plan(scratch, g, tasks);
    d.panels = ceil_div(g.out_channels, tile_columns);
    d.splits = d.strips.bands >= tasks.wanted ? 1 : std::min(d.panels, ceil_div(tasks.wanted, d.strips.bands));
    d.run_fours = ceil_div(g.kernel * g.in_channels, 4);
    d.steps = g.kernel * d.run_fours;
    d.most_runs = ceil_div(d.steps, sure_run(largest_input<Kind>));
    d.weights = packed.take<std::int8_t>(d.panels * d.panel_weights());
    d.offsets = packed.take<std::int32_t>(d.steps);
    d.runs = packed.take<std::uint16_t>(d.panels * (d.most_runs + 1));
    d.scales = SumScales::plan(packed, d.panels * tile_columns);
    return d;
  }

  /// Products that are computed for each one that is asked for: tiles and fours are filled up.
  double padding() const {
    ConvGeometry const& g = strips.g;
    Index const rows = strips.band(0).rows(), inputs = g.kernel * g.in_channels;
    return double(round_up(rows, tile_rows)) / double(rows) * double(4 * run_fours) / double(inputs) *
           double(panels * tile_columns) / double(g.out_channels);
  }

  template <class Kind, class Loops>
  void pack(BasicCpu<Loops>& exec, SynapseValues<Int8> const& values) const {
    for (Index p = 0; p < strips.g.kernel; ++p)
      for (Index k = 0; k < run_fours; ++k) offsets[p * run_fours + k] = std::int32_t(p * strips.pitch() + 4 * k);
    scales.pack<Kind>(values, strips.g.out_channels);
    exec.parallel_for(panels, [&](Index panel, Index) {
      pack_panel(values.weight, panel);
      find_runs(panel, largest_input<Kind>);
    });
  }

  template <class Loops, class Kind, class Output>
  void run(BasicCpu<Loops>& exec, Activation<Kind, float> x, Output const& output) const {
    exec.parallel_for(strips.bands * splits, [&](Index task, Index slot) {
      auto const band = strips.band(task / splits);
      Index const split = task % splits;
      strips.copy(x, band, slot);
      for (Index panel = panels * split / splits; panel < panels * (split + 1) / splits; ++panel)
        run_panel(band, panel, slot, output);
      output.finish();
    });
  }

 private:
  /// So many steps fit with any weights.
  static constexpr Index sure_run(int largest) {
    if (!Products::sums_have_16_bits) return longest_run;
    return std::max<Index>(1, std::numeric_limits<std::int16_t>::max() / (2 * 127 * largest));
  }
  static constexpr Index longest_run = std::numeric_limits<std::uint16_t>::max();

  Index panel_weights() const { return steps * tile_columns * 4; }

  void pack_panel(std::int8_t const* weight, Index panel) const {
    ConvGeometry const& g = strips.g;
    Index const o0 = panel * tile_columns, outs = std::min(tile_columns, g.out_channels - o0);
    Index const row = g.kernel * g.in_channels;  // inputs of one kernel row
    std::int8_t* to = weights + panel * panel_weights();
    std::fill_n(to, panel_weights(), std::int8_t(0));
    for (Index p = 0; p < g.kernel; ++p, to += run_fours * tile_columns * 4)
      for (Index k = 0; k < row; ++k)
        for (Index o = 0; o < outs; ++o)
          to[(k / 4 * tile_columns + o) * 4 + k % 4] = weight[(p * row + k) * g.out_channels + o0 + o];
  }

  void find_runs(Index panel, int largest) const {
    std::int8_t const* w = weights + panel * panel_weights();
    std::uint16_t* to = runs + panel * (most_runs + 1);
    std::int32_t least[2 * tile_columns] = {}, greatest[2 * tile_columns] = {};  // of the sums of 16 bits
    Index run = 0;
    for (Index step = 0; step < steps; ++step, w += 4 * tile_columns) {
      auto const reach = [&](Index lane, int sign) {
        return (std::max(0, sign * w[2 * lane]) + std::max(0, sign * w[2 * lane + 1])) * largest;
      };
      bool fits = run < longest_run;
      for (Index lane = 0; Products::sums_have_16_bits && lane < 2 * tile_columns; ++lane)
        fits = fits && greatest[lane] + reach(lane, 1) <= std::numeric_limits<std::int16_t>::max() &&
               least[lane] - reach(lane, -1) >= std::numeric_limits<std::int16_t>::min();
      if (!fits) {
        *to++ = std::uint16_t(run);
        run = 0;
        std::fill_n(least, 2 * tile_columns, 0);
        std::fill_n(greatest, 2 * tile_columns, 0);
      }
      ++run;
      for (Index lane = 0; lane < 2 * tile_columns; ++lane)
        greatest[lane] += reach(lane, 1), least[lane] -= reach(lane, -1);
    }
    *to++ = std::uint16_t(run);
    *to = 0;
  }

  template <class Output>
  void run_panel(ByteStrips::Band const& band, Index panel, Index slot, Output const& output) const {
    Index const o0 = panel * tile_columns, outs = std::min(tile_columns, strips.g.out_channels - o0);
    ByteStrips::Cursor at = strips.first(band, slot);
    for (Index left = band.rows(); left > 0; left -= tile_rows) {
      std::uint8_t const* row[tile_rows];
      Index timestep[tile_rows], place[tile_rows];
      Index const used = std::min<Index>(left, tile_rows);
      for (Index r = 0; r < used; ++r, at.advance()) row[r] = at.window(), timestep[r] = at.t, place[r] = at.place();
      for (Index r = used; r < tile_rows; ++r) row[r] = row[used - 1];
      alignas(64) std::int32_t total[tile_floats];
      Tile::multiply(row, offsets, weights + panel * panel_weights(), runs + panel * (most_runs + 1), total);
      alignas(64) float values[tile_floats];
      for (Index k = 0; k < used * tile_columns; k += SumScales::V::width) {
        SumScales::Whole8 sums;
        std::memcpy(&sums, total + k, sizeof sums);
        scales.outputs(sums, o0 + k % tile_columns).store(values + k);
      }
      for (Index r = 0; r < used;) {  // the timesteps of one place follow each other
        Index const together = std::min(used - r, strips.timesteps - timestep[r]);
        output(OutputRun{timestep[r], together, place[r], o0, outs, values + r * tile_columns, tile_columns});
        r += together;
      }
    }
  }
};

}  // namespace tet::conv

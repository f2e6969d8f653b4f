// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/activity.hpp>
#include <tet/core/pack.hpp>

namespace tet::conv {

/// Forward pass that adds weight rows of active inputs only.
///
/// Weights are cut into chunks (a block of outputs x a group of input channels x some kernel rows) small enough for L1.
/// For a band of output pixels the active inputs of each chunk are listed once per pixel, as offsets into the chunk;
/// then chunk after chunk adds the listed rows to accumulators in registers. Graded inputs list their values too.
///
/// Order: per output, channel groups in order, within a group taps in order; even and odd list entries in two sums.
struct SpikeForward {
  static constexpr Index width = native_width<float>;
  static constexpr Index chunk_bytes =
      width > 8 ? 40 * 1024 : 20 * 1024;  // leaves room in L1 (48 or 32 KiB) for lists and accumulators
  static constexpr Index list_bytes = 2 << 20;
  static constexpr int offset_unit = 8;  // bytes; so that 16 bits reach over a chunk

  ConvGeometry g;
  Index packs;               // per output block
  Index block, blocks;       // outputs
  Index group, groups;       // input channels
  Index tap_rows, row_cuts;  // kernel rows of a chunk
  Index band, bands;         // output pixels
  Index splits;              // tasks per band, each with its share of the output blocks
  Index list_capacity;

  float* weights = nullptr;  // [blocks][chunks][taps of the chunk][group][block]
  float* bias = nullptr;     // [blocks * block]
  float* sums = nullptr;     // [slots][band][block]
  std::uint16_t* offsets = nullptr;
  float* values = nullptr;
  std::uint8_t* masks = nullptr;    // [slots] windows of bits, see copy_window
  std::uint8_t* counts = nullptr;   // the same of graded counts
  std::uint32_t* starts = nullptr;  // [slots][chunks][band + 1]

  Index chunks() const { return groups * row_cuts; }
  Index row_stride() const { return chunks() * (band + 1); }

  template <class Kind>
  static SpikeForward plan(Arena& arena, ConvGeometry const& g, Index slots) {
    SpikeForward f;
    f.g = g;
    f.packs = g.out_channels <= width ? 1 : g.out_channels <= 2 * width ? 2 : 4;
    f.block = f.packs * width;
    f.blocks = ceil_div(g.out_channels, f.block);
    Index const row_bytes = f.block * Index(sizeof(float));
    f.tap_rows = std::clamp<Index>(chunk_bytes * 5 / 4 / (8 * row_bytes * g.kernel), 1, g.kernel);
    f.row_cuts = ceil_div(g.kernel, f.tap_rows);
    f.group = 64;
    while (f.group > 8 && f.group * f.tap_rows * g.kernel * row_bytes > chunk_bytes) f.group /= 2;
    while (f.group > 8 && f.group / 2 >= g.in_channels) f.group /= 2;
    f.groups = ceil_div(g.in_channels, f.group);

    Index const pixels = g.images * g.out_pixels(), inputs = g.kernel * g.kernel * f.groups * f.group;
    f.band = std::clamp<Index>(std::min(pixels / 16, list_bytes / (2 * inputs)), 8, 96);
    f.bands = ceil_div(pixels, f.band);
    f.splits = f.bands >= 16 ? 1 : std::min(f.blocks, ceil_div(16, f.bands));
    f.list_capacity = round_up(f.band * inputs + 64, 64);

    f.weights = arena.take<float>(f.blocks * f.block * inputs);
    f.bias = arena.take<float>(f.blocks * f.block);
    f.sums = arena.take<float>(slots * f.band * f.block);
    f.offsets = arena.take<std::uint16_t>(slots * f.list_capacity);
    f.values = arena.take<float>(std::is_same_v<Kind, Spike> ? 0 : slots * f.list_capacity);
    f.masks = arena.take<std::uint8_t>(slots * f.window_capacity() / 8);
    f.counts = arena.take<std::uint8_t>(std::is_same_v<Kind, Spike> ? 0 : slots * f.window_capacity());
    f.starts = arena.take<std::uint32_t>(slots * f.row_stride());
    return f;
  }

  /// Floats of weights before chunk (cut, group) of an output block; chunks of one kernel-row cut lie together.
  Index chunk_begin(Index cut, Index group_index) const {
    Index const taps_before = cut * tap_rows * g.kernel;
    Index const taps = std::min(tap_rows, g.kernel - cut * tap_rows) * g.kernel;
    return (taps_before * groups + taps * group_index) * group * block;
  }

  template <class Loops>
  void pack_weights(BasicCpu<Loops>& exec, float const* weight, float const* bias_values) const {
    Index const inputs = g.kernel * g.kernel * groups * group;
    exec.parallel_for(blocks * groups, [&](Index task, Index) {
      Index const o0 = task / groups * block, c0 = task % groups * group;
      Index const outs = std::min(block, g.out_channels - o0), ins = std::min(group, g.in_channels - c0);
      for (Index o = 0; c0 == 0 && o < block; ++o)
        bias[o0 + o] = bias_values != nullptr && o < outs ? bias_values[o0 + o] : 0.0f;
      for (Index cut = 0; cut < row_cuts; ++cut) {
        Index const first = cut * tap_rows * g.kernel;
        Index const taps = std::min(tap_rows * g.kernel, g.kernel * g.kernel - first);
        float* to = weights + o0 * inputs + chunk_begin(cut, task % groups);
        for (Index t = 0; t < taps; ++t)
          for (Index c = 0; c < group; ++c, to += block) {
            if (c >= ins) {
              std::fill(to, to + block, 0.0f);
              continue;
            }
            float const* const from = weight + ((first + t) * g.in_channels + c0 + c) * g.out_channels + o0;
            std::copy(from, from + outs, to);
            std::fill(to + outs, to + block, 0.0f);
          }
      }
    });
  }

  /// Lists the active inputs of output pixels begin … end for all chunks.
  template <int Packs, class Kind>
  void build_lists(Activity const& active, Activation<Kind, float> x, Index begin, Index end, Index slot) const {
    Lists<Kind> lists{offsets + slot * list_capacity, values + slot * list_capacity, starts + slot * row_stride()};
    lists.first = lists.end;
    Index const ow = g.out_width();
    for (Index cut = 0; cut < row_cuts; ++cut)
      for (Index c = 0; c < groups; ++c) {
        for (Index pixel = begin; pixel < end;) {  // a piece of one output row
          Index const count = std::min(end - pixel, ow - pixel % ow);
          copy_window(active, x, pixel, count, cut, c, slot);
          Index const rows = std::min(tap_rows, g.kernel - cut * tap_rows), run = g.kernel * group / 8;
          // The usual run lengths (3x3 with groups of 16, 8 and 32 channels) are unrolled: 2x in building lists.
          if (run == 6)
            list_pixels<Packs, Kind, 6>(lists, rows, run, count, slot);
          else if (run == 3)
            list_pixels<Packs, Kind, 3>(lists, rows, run, count, slot);
          else if (run == 8)
            list_pixels<Packs, Kind, 8>(lists, rows, run, count, slot);
          else
            list_pixels<Packs, Kind, 0>(lists, rows, run, count, slot);
          pixel += count;
        }
        *lists.start++ = std::uint32_t(lists.end - lists.first);
      }
  }

  template <class Kind>
  struct Lists {
    std::uint16_t* end;
    float* value;
    std::uint32_t* start;
    std::uint16_t* first = nullptr;
  };

  /// Copies what `count` output pixels of one row see of a chunk's channels, with the padding as zeros, to [tap
  /// row][column][group].
  template <class Kind>
  void copy_window(Activity const& active, Activation<Kind, float> x, Index pixel, Index count, Index cut, Index c,
                   Index slot) const {
    Index const oh = g.out_height(), ow = g.out_width(), bytes = group / 8;
    Index const n = pixel / ow / oh, p0 = cut * tap_rows, p1 = std::min(g.kernel, p0 + tap_rows);
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
      if (bytes == 2)
        copy_bytes<2>(mask + left * 2, from, right - left, stride);
      else if (bytes == 1)
        copy_bytes<1>(mask + left, from, right - left, stride);
      else if (bytes == 4)
        copy_bytes<4>(mask + left * 4, from, right - left, stride);
      else
        copy_bytes<8>(mask + left * 8, from, right - left, stride);
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
  Index window_capacity() const { return round_up(tap_rows * window_columns(band) * group + 64, 64); }

  /// Run: bytes of bits that one output pixel sees of one input row; 0 where not known when compiling.
  template <int Packs, class Kind, int Run>
  void list_pixels(Lists<Kind>& lists, Index rows, Index run_bytes, Index count, Index slot) const {
    Index const run = Run != 0 ? Run : run_bytes, bytes = group / 8, pitch = window_columns(count) * bytes;
    std::uint8_t const* mask = masks + slot * window_capacity() / 8;
    std::uint8_t const* count_bytes = counts + slot * window_capacity();
    std::uint16_t* end = lists.end;
    float* value = lists.value;
    constexpr int shift = std::countr_zero(std::uint64_t(Packs * width * Index(sizeof(float)) / offset_unit));
    for (Index j = 0; j < count; ++j, mask += g.stride * bytes, count_bytes += g.stride * group) {
      *lists.start++ = std::uint32_t(end - lists.first);
      Positions base{};
      for (Index p = 0; p < rows; ++p)
#pragma GCC unroll 8
        for (Index b = 0; b < run; ++b, base += std::uint16_t(8 << shift)) {
          std::uint8_t const m = mask[p * pitch + b];
          if constexpr (!std::is_same_v<Kind, Spike>)
            value = append_values(value, m, count_bytes + (p * pitch + b) * 8, Activation<Kind, float>::scale);
          end = append_positions<shift>(end, m, base);
        }
    }
    lists.end = end;
    lists.value = value;
  }

  /// Adds one chunk to the sums of all pixels of a band.
  template <int Packs, class Kind>
  void add_chunk(float const* rows, std::uint32_t const* start, std::uint16_t const* offset, float const* value,
                 Index pixels, float const* from, Index from_stride, float* to) const {
    using V = NativePack<float>;
    auto const row = [&](std::uint32_t k) {
      return reinterpret_cast<float const*>(reinterpret_cast<std::byte const*>(rows) + Index(offset[k]) * offset_unit);
    };
    auto const term = [&](std::uint32_t k, float const* r, int v) {
      if constexpr (std::is_same_v<Kind, Spike>)
        return V::load(r + v * width);
      else
        return V(value[k]) * V::load(r + v * width);
    };
    for (Index p = 0; p < pixels; ++p, from += from_stride, to += Packs * width) {
      V even[Packs], odd[Packs];
      for (int v = 0; v < Packs; ++v) even[v] = V::load(from + v * width), odd[v] = V(0.0f);
      std::uint32_t k = start[p];
      std::uint32_t const end = start[p + 1];
      for (; k + 2 <= end; k += 2) {
        float const *const a = row(k), *const b = row(k + 1);
#pragma GCC unroll 4
        for (int v = 0; v < Packs; ++v) even[v] += term(k, a, v);
#pragma GCC unroll 4
        for (int v = 0; v < Packs; ++v) odd[v] += term(k + 1, b, v);
      }
      if (k < end) {
        float const* const a = row(k);
        for (int v = 0; v < Packs; ++v) even[v] += term(k, a, v);
      }
      for (int v = 0; v < Packs; ++v) (even[v] + odd[v]).store(to + v * width);
    }
  }

  template <int Packs, class Loops, class Kind>
  void run_bands(BasicCpu<Loops>& exec, Activity const& active, Activation<Kind, float> x, float* y) const {
    Index const pixels = g.images * g.out_pixels(), inputs = g.kernel * g.kernel * groups * group;
    exec.parallel_for(bands * splits, [&](Index task, Index slot) {
      Index const begin = task / splits * band, end = std::min(pixels, begin + band), split = task % splits;
      build_lists<Packs>(active, x, begin, end, slot);
      float* const sum = sums + slot * band * block;
      for (Index b = blocks * split / splits; b < blocks * (split + 1) / splits; ++b) {
        std::uint32_t const* start = starts + slot * row_stride();
        for (Index cut = 0; cut < row_cuts; ++cut)
          for (Index c = 0; c < groups; ++c, start += end - begin + 1) {
            bool const initial = cut == 0 && c == 0;
            add_chunk<Packs, Kind>(weights + b * block * inputs + chunk_begin(cut, c), start,
                                   offsets + slot * list_capacity, values + slot * list_capacity, end - begin,
                                   initial ? bias + b * block : sum, initial ? 0 : block, sum);
          }
        Index const outs = std::min(block, g.out_channels - b * block);
        for (Index p = begin; p < end; ++p) {
          float const* const from = sum + (p - begin) * block;
          float* const to = y + p * g.out_channels + b * block;
          if (outs == Packs * width)
            std::memcpy(to, from, std::size_t(Packs * width) * sizeof(float));
          else
            std::copy(from, from + outs, to);
        }
      }
    });
  }

  template <class Loops, class Kind>
  void run(BasicCpu<Loops>& exec, Activity const& active, Activation<Kind, float> x, float const* weight,
           float const* bias_values, float* y) const {
    pack_weights(exec, weight, bias_values);
    if (packs == 1)
      run_bands<1>(exec, active, x, y);
    else if (packs == 2)
      run_bands<2>(exec, active, x, y);
    else
      run_bands<4>(exec, active, x, y);
  }
};

}  // namespace tet::conv

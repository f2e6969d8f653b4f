// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/pair_products.hpp>
#include <tet/backend/cpu/conv/spike_lists.hpp>
#include <tet/backend/cpu/conv/sum_scales.hpp>
#include <tet/backend/cpu/load_once.hpp>

#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace tet::conv {

/// What SpikeForward adds where Exactness::rounded allows it: rows of weights rounded to 16 bits, with one scale for
/// each output. They are half as large, two inputs are added at once, and whole numbers make sums exact in any order.
struct ShortRows {
  using Weight = std::int16_t;
  using Sum = std::int32_t;
  using Value = std::int16_t;  // of a graded input, in lists
  using Products = PairProducts;
  using Shorts = Products::Shorts;

  /// 0.55 to 0.8 of the time that floats take with AVX-512 VNNI; with AVX2 0.85 to 1.1 (both on Zen 5, 8 to 50 % active).
#if defined(__AVX512BW__) && defined(__AVX512VNNI__)
  static constexpr bool pay = true;
#else
  static constexpr bool pay = false;
#endif
  static constexpr float largest = 32767;
  /// Of weights, times the root of their mean square. Rounding is off by 2^-16 of the largest weight at most, so that
  /// an output is off by about 1e-5 times this ratio of its own size.
  static constexpr float largest_ratio = 8;

  /// Whether they are allowed, and sums fit 32 bits with any weights.
  template <class Kind>
  static bool applies(ConvGeometry const& g) {
    double const inputs = double(g.kernel * g.kernel * g.in_channels) * largest_input<Kind>;
    return pay && g.exactness == Exactness::rounded && inputs * largest <= std::numeric_limits<std::int32_t>::max();
  }

  /// Sums of one place and a block of outputs, in registers.
  template <int Packs, class Kind>
  struct Sums {
    static constexpr int vectors = Packs * int(SpikeChunks::vector_bytes / Products::bytes);

    Products::Sums low[vectors], high[vectors];

    void load(std::int32_t const* from) {
      for (int v = 0; v < vectors; ++v, from += lanes) {
        std::memcpy(&low[v], from, sizeof low[v]);
        std::memcpy(&high[v], from + lanes / 2, sizeof high[v]);
      }
    }
    [[gnu::always_inline]] void add_two(std::int16_t const* a, std::int16_t const* b, std::int16_t const* values) {
      constexpr std::int16_t ones[] = {1, 1};
      Shorts const factors = Products::repeat(std::is_same_v<Kind, Spike> ? ones : values);
      TET_UNROLL(8)
      for (int v = 0; v < vectors; ++v) {
        auto const x = cpu::load_once<Shorts>(a + v * lanes), y = cpu::load_once<Shorts>(b + v * lanes);
        low[v] = Products::add(low[v], Products::interleave<false>(x, y), factors);
        high[v] = Products::add(high[v], Products::interleave<true>(x, y), factors);
      }
    }
    void store(std::int32_t* to) const {
      for (int v = 0; v < vectors; ++v, to += lanes) {
        std::memcpy(to, &low[v], sizeof low[v]);
        std::memcpy(to + lanes / 2, &high[v], sizeof high[v]);
      }
    }
  };

  SumScales scales;

  static ShortRows plan(Arena& packed, SpikeChunks const& chunks) {
    return {SumScales::plan(packed, chunks.blocks * chunks.block)};
  }

  /// False, and nothing is packed, where 16 bits are too few for these weights.
  template <class Kind, class Loops>
  bool pack(BasicCpu<Loops>& exec, ConvGeometry const& g, SpikeChunks const& chunks, float const* weight,
            float const* bias_values, std::int16_t* weights) const {
    exec.parallel_for(ceil_div(scales.count, scaled_at_once),
                      [&](Index task, Index) { find_scales(g, task * scaled_at_once, weight); });
    for (Index o = 0; o < g.out_channels; ++o)
      if (!(scales.scale[o] >= 0)) return false;
    exec.parallel_for(chunks.blocks * chunks.groups, [&](Index task, Index) {
      Index const o = task / chunks.groups * chunks.block;
      chunks.pack(g, task / chunks.groups, task % chunks.groups, weight, weights,
                  [&](float const* from, Index used, std::int16_t* to) { round_row(from, used, o, chunks.block, to); });
    });
    for (Index o = 0; o < scales.count; ++o) {
      if constexpr (is_graded<Kind>) scales.scale[o] *= Activation<Kind, float>::scale;
      scales.bias[o] = bias_values != nullptr && o < g.out_channels ? bias_values[o] : 0.0f;
    }
    return true;
  }

  /// From sums of outputs o … to outputs, in their place.
  float const* outputs(std::int32_t* sums, Index rows, Index block, Index o) const {
    auto* const values = reinterpret_cast<float*>(sums);
    for (Index r = 0; r < rows; ++r)
      for (Index k = 0; k < block; k += V::width)
        scales.outputs(load_whole(sums + r * block + k), o + k).store(values + r * block + k);
    return values;
  }

 private:
  using V = NativePack<float>;
  static constexpr Index lanes = Products::bytes / 2;
  static constexpr Index scaled_at_once = 4 * V::width;
  typedef std::int32_t Whole __attribute__((vector_size(V::width * 4)));

  static Whole load_whole(std::int32_t const* from) {
    Whole v;
    std::memcpy(&v, from, sizeof v);
    return v;
  }

  /// Scales of outputs o …; -1 where 16 bits are too few.
  void find_scales(ConvGeometry const& g, Index o, float const* weight) const {
    Index const inputs = g.kernel * g.kernel * g.in_channels;
    V most[4] = {0.0f, 0.0f, 0.0f, 0.0f}, squares[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (Index k = 0; k < inputs; ++k)
      for (int v = 0; v < 4 && o + v * V::width < g.out_channels; ++v) {
        Index const at = o + v * V::width;
        V const w = V::load(weight + k * g.out_channels + at, g.out_channels - at);
        most[v] = max(most[v], abs(w));
        squares[v] += w * w;
      }
    for (Index k = o; k < std::min(o + scaled_at_once, scales.count); ++k) {
      int const v = int((k - o) / V::width), lane = int((k - o) % V::width);
      float const m = k < g.out_channels ? most[v][lane] : 0.0f, ratio = largest_ratio;
      float const square = squares[v][lane];
      // Squares of others leave the range of floats; `most` passes NaN over, `squares` do not.
      bool const in_range = m >= 1e-15f && m <= 1e15f;
      bool const fits = in_range && m * m * float(inputs) <= ratio * ratio * square;
      scales.scale[k] = fits ? m / largest : m == 0 && square == 0 ? 0.0f : -1.0f;
    }
  }

  /// Rounds the weights of outputs o ….
  void round_row(float const* from, Index used, Index o, Index block, std::int16_t* to) const {
    using Half = Pack<float, int(Products::bytes / 4)>;
    auto const round = [&](Index k) {
      Half const scale = Half::load(scales.scale + o + k), zero(0.0f);
      Half const factor = select(scale > zero, Half(1.0f) / scale, zero);
      Half const unit(0x1.8p23f);  // adding it rounds to whole numbers
      return (Half::load(from + k, used - k) * factor + unit - unit).template whole<Products::Whole>();
    };
    for (Index k = 0; k < block; k += lanes) {
      Shorts const row = Products::narrow(round(k), round(k + lanes / 2));
      std::memcpy(to + k, &row, sizeof row);
    }
  }
};

}  // namespace tet::conv

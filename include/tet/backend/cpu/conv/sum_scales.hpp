// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/activation.hpp>
#include <tet/core/arena.hpp>
#include <tet/core/pack.hpp>
#include <tet/core/precision.hpp>

#include <cstdint>
#include <cstring>

namespace tet::conv {

/// From whole-number sums to outputs, the same for every kernel, so that they agree to the bit.
///
///   y[o] = float(sum of q[o] * count) * (scale[o] / divisor) + bias[o]
struct SumScales {
  using V = Pack<float, 8>;
  typedef std::int32_t Whole8 __attribute__((vector_size(32)));

  Index count = 0;
  float* scale = nullptr;  // [count], 0 where there is no output
  float* bias = nullptr;   // the same

  static SumScales plan(Arena& packed, Index count) {
    return {count, packed.take<float>(count), packed.take<float>(count)};
  }

  template <class Kind>
  void pack(SynapseValues<Int8> const& values, Index outs) const {
    float unit = 1;
    if constexpr (is_graded<Kind>) unit = Activation<Kind, float>::scale;
    for (Index o = 0; o < count; ++o) {
      scale[o] = o < outs ? values.scale[o] * unit : 0.0f;
      bias[o] = o < outs ? values.bias[o] : 0.0f;
    }
  }

  /// Outputs o … from their sums, a vector of 32 bits each.
  template <class Whole>
  Pack<float, int(sizeof(Whole) / 4)> outputs(Whole sums, Index o) const {
    using Outputs = Pack<float, int(sizeof(Whole) / 4)>;
    return Outputs::from(sums) * Outputs::load(scale + o) + Outputs::load(bias + o);
  }
};

/// The largest input of a kind.
template <class Kind>
inline constexpr int largest_input = 1;
template <int Max, int Divisor>
inline constexpr int largest_input<Graded<Max, Divisor>> = Max;

}  // namespace tet::conv

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/elementwise.hpp>
#include <tet/core/join.hpp>

#include <cstring>

namespace tet {

namespace cpu {

/// The counts of channels c … c + 7 of a pixel, one a byte; those beyond the last channel may be anything.
template <class Scalar>
std::uint64_t eight_counts(Activation<Spike, Scalar> const& x, Index pixel, Index c, Index) {
  return bits_to_bytes(std::uint8_t(x.pixel(pixel)[c / 64] >> (c % 64)));
}
template <int Max, int Divisor, class Scalar>
std::uint64_t eight_counts(Activation<Graded<Max, Divisor>, Scalar> const& x, Index pixel, Index c, Index count) {
  std::uint64_t counts = 0;
  if (count >= 8) std::memcpy(&counts, x.pixel(pixel) + c, 8);  // a copy of unknown length would be a call
  else std::memcpy(&counts, x.pixel(pixel) + c, std::size_t(count));
  return counts;
}

/// One word of spikes of a join.
template <Join join>
std::uint64_t joined_word(std::uint64_t a, std::uint64_t b) {
  static_assert(join != Join::add);
  return join == Join::logical_and ? a & b : ~a & b;  // unused high bits of b are 0
}

/// Pixel of an operand that may have one frame for all timesteps.
template <class Kind, class Scalar>
Index pixel_in(Activation<Kind, Scalar> const& x, Index all, Index pixel) {
  return x.pixels == all ? pixel : pixel % x.pixels;
}

}  // namespace cpu

/// y = g(a, b) of frames of [pixels, C]; an operand of one frame is joined with every frame of y.
///
/// Spikes are joined as words of bits. Counts are added eight at a time: no byte overflows, by y's type.
template <Join join, class Loops, class KindA, class KindB, class OutKind, class Scalar>
void join_forward(BasicCpu<Loops>& exec, Activation<KindA, Scalar> a, Activation<KindB, Scalar> b,
                  Activation<OutKind, Scalar> y) {
  static_assert(std::is_same_v<OutKind, JoinedKind<join, KindA, KindB>>);
  constexpr int width = native_width<Scalar>;
  if constexpr (join == Join::add && std::is_same_v<OutKind, Analog>) {
    add(exec, a, b, y);
  } else if constexpr (std::is_same_v<OutKind, Analog>) {
    cpu::for_each_pack<width>(exec, y.pixels, y.channels, [&](Index p, Index c, Index count) {
      auto const va = cpu::load<width>(a, cpu::pixel_in(a, y.pixels, p), c, count),
                 vb = cpu::load<width>(b, cpu::pixel_in(b, y.pixels, p), c, count);
      (join == Join::logical_and ? va * vb : (Pack<Scalar, width>(Scalar(1)) - va) * vb).store(y.pixel(p) + c, count);
    });
  } else {
    cpu::Partition const pixels(y.pixels, 64);
    exec.parallel_for(pixels.tasks(), [&](Index task, Index) {
      for (Index p = pixels.begin(task); p < pixels.end(task); ++p) {
        Index const pa = cpu::pixel_in(a, y.pixels, p), pb = cpu::pixel_in(b, y.pixels, p);
        if constexpr (join == Join::add) {
          using Sum = SumOfKinds<KindA, KindB>;
          for (Index c = 0; c < y.channels; c += 8) {
            Index const count = y.channels - c;
            std::uint64_t const sum =
                cpu::eight_counts(a, pa, c, count) * Sum::weight_a + cpu::eight_counts(b, pb, c, count) * Sum::weight_b;
            if (count >= 8) std::memcpy(y.pixel(p) + c, &sum, 8);
            else std::memcpy(y.pixel(p) + c, &sum, std::size_t(count));
          }
        } else {
          for (Index w = 0; w < y.words_per_pixel(); ++w)
            y.pixel(p)[w] = cpu::joined_word<join>(a.pixel(pa)[w], b.pixel(pb)[w]);
        }
      }
    });
  }
}

/// dx = dy * (offset + slope * other): the gradient of one branch of a join. dx may be dy.
///
/// Shape: dy, dx [pixels, C]; an `other` of one frame serves every frame.
template <class Loops, class Kind, class Scalar>
void join_gradient(BasicCpu<Loops>& exec, JoinFactor factor, Index pixels, Activation<Kind, Scalar> other,
                   Scalar const* dy, Scalar* dx) {
  constexpr int width = native_width<Scalar>;
  using V = Pack<Scalar, width>;
  V const offset(Scalar(factor.offset)), slope(Scalar(factor.slope));
  cpu::for_each_pack<width>(exec, pixels, other.channels, [&](Index p, Index c, Index count) {
    V const value = cpu::load<width>(other, cpu::pixel_in(other, pixels, p), c, count);
    Index const at = p * other.channels + c;
    (V::load(dy + at, count) * (offset + slope * value)).store(dx + at, count);
  });
}

}  // namespace tet

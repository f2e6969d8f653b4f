// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/load.hpp>
#include <tet/backend/cpu/packs.hpp>
#include <tet/backend/cpu/partition.hpp>
#include <tet/backend/cpu/reduce.hpp>
#include <tet/core/batch_norm.hpp>
#include <tet/core/gradient.hpp>
#include <tet/core/workspace.hpp>

#include <cmath>
#include <utility>

namespace tet {

namespace cpu {

inline Partition batch_norm_partition(Index pixels) { return Partition(pixels, 64); }

/// Runs body(pixel, channel, count) over all packs of a [pixels][channels] array, in tasks of whole pixels.
template <int Width, class Loops, class Body>
void for_each_pack(BasicCpu<Loops>& exec, Index pixels, Index channels, Body const& body) {
  Partition const partition(pixels, std::max<Index>(1, 4096 / std::max<Index>(1, channels)));
  exec.parallel_for(partition.tasks(), [&](Index task, Index) {
    for (Index p = partition.begin(task); p < partition.end(task); ++p)
      for (Index c = 0; c < channels; c += Width) body(p, c, std::min<Index>(Width, channels - c));
  });
}

/// Adds up pair(p, c, count), two packs, per channel over all pixels, and calls out(c, sum of firsts, sum of seconds).
///
/// Sums of 16 pixels are taken in Scalar, those in double. Order: fixed by sizes; the same bits for any number of
/// threads.
template <class Scalar, class Loops, class PairAt, class Out>
void sum_pairs(BasicCpu<Loops>& exec, Index pixels, Index channels, Workspace workspace, PairAt const& pair,
               Out const& out) {
  constexpr int width = native_width<Scalar>;
  constexpr Index run = 16;
  using V = Pack<Scalar, width>;
  Partition const partition = batch_norm_partition(pixels);
  double* const partials = reinterpret_cast<double*>(workspace.data);
  exec.parallel_for(partition.tasks(), [&](Index task, Index) {
    double* const sums = partials + task * 2 * channels;
    std::fill_n(sums, 2 * channels, 0.0);
    for (Index first = partition.begin(task); first < partition.end(task); first += run) {
      Index const last = std::min(partition.end(task), first + run);
      auto const add = [&]<int Packs, bool Whole>(Index c) {
        auto const count = lane_count<width, Whole>(channels, c);
        V a[Packs], b[Packs];
        for_each_of<Packs>([&](auto k) { a[k] = b[k] = V(Scalar(0)); });
        for (Index p = first; p < last; ++p)
          for_each_of<Packs>([&](auto k) {
            auto const [x, y] = pair(p, c + Index(k) * width, count);
            a[k] += x;
            b[k] += y;
          });
        for_each_of<Packs>([&](auto k) {
          double* const to = sums + c + Index(k) * width;
          for (Index lane = 0; lane < count; ++lane) {
            to[lane] += double(a[k].v[lane]);
            to[channels + lane] += double(b[k].v[lane]);
          }
        });
      };
      // A whole pixel at once, where its sums fit the registers: the processor sees a stream in that.
      constexpr int most = width > 8 ? 8 : 4;
      if (channels == most * width) for_each_packs<width, most>(channels, add);
      else for_each_packs<width, 4>(channels, add);
    }
  });
  reduce_partials(exec, static_cast<double const*>(partials), partition.tasks(), 2 * channels, 2 * channels,
                  [&](Index column, double value) {
                    partials[column] = value;  // row 0 of its own column: read before it is written
                  });
  for (Index c = 0; c < channels; ++c) out(c, partials[c], partials[channels + c]);
}

}  // namespace cpu

/// Bytes that batch_norm_moments and batch_norm_sums need.
template <class Loops>
Index batch_norm_workspace(BasicCpu<Loops> const&, Index pixels, Index channels) {
  return cpu::batch_norm_partition(pixels).tasks() * 2 * channels * Index(sizeof(double));
}

/// Mean and biased variance per channel over all pixels.
///
/// Sums are taken around the channel's first value, so that a mean far from 0 does not cancel the variance's digits.
template <class Loops, class Kind, class Scalar>
void batch_norm_moments(BasicCpu<Loops>& exec, Activation<Kind, Scalar> x, Scalar* mean, Scalar* variance,
                        Workspace workspace) {
  constexpr int width = native_width<Scalar>;
  using V = Pack<Scalar, width>;
  double const n = double(x.pixels);
  cpu::sum_pairs<Scalar>(
      exec, x.pixels, x.channels, workspace,
      [&](Index p, Index c, auto count) {
        V const d = cpu::load<width>(x, p, c, count) - cpu::load<width>(x, 0, c, count);
        return std::pair(d, d * d);
      },
      [&](Index c, double sum, double square) {
        mean[c] = Scalar(double(x.value(0, c)) + sum / n);
        variance[c] = Scalar(std::max(0.0, (square - sum * sum / n) / n));
      });
}

/// Statistics of the batch enter the running ones: r <- (1 - momentum) * r + momentum * new, the variance unbiased over
/// `count` values.
template <class Loops, class Scalar>
void batch_norm_track(BasicCpu<Loops>&, BatchNormMoments<Scalar> const& m, double momentum, Index count) {
  double const unbiased = count > 1 ? double(count) / double(count - 1) : 1.0;
  for (Index c = 0; c < m.channels; ++c) {
    m.running_mean[c] = Scalar((1 - momentum) * double(m.running_mean[c]) + momentum * double(m.mean[c]));
    m.running_variance[c] =
        Scalar((1 - momentum) * double(m.running_variance[c]) + momentum * double(m.variance[c]) * unbiased);
  }
}

/// scale = weight / sqrt(variance + epsilon), inverse_deviation = 1 / sqrt(variance + epsilon).
template <class Loops, class Scalar>
void batch_norm_scale(BasicCpu<Loops>&, Index channels, Scalar const* variance, Scalar const* weight, double epsilon,
                      Scalar* inverse_deviation, Scalar* scale) {
  for (Index c = 0; c < channels; ++c) {
    double const inverse = 1 / std::sqrt(double(variance[c]) + epsilon);
    inverse_deviation[c] = Scalar(inverse);
    scale[c] = Scalar(double(weight[c]) * inverse);
  }
}

/// y = (x - mean) * scale + shift.
template <class Loops, class Kind, class Scalar>
void batch_norm_forward(BasicCpu<Loops>& exec, Activation<Kind, Scalar> x, Scalar const* mean, Scalar const* scale,
                        Scalar const* shift, Activation<Analog, Scalar> y) {
  constexpr int width = native_width<Scalar>;
  using V = Pack<Scalar, width>;
  cpu::for_each_pack<width>(exec, x.pixels, x.channels, [&](Index p, Index c, Index count) {
    V const centred = cpu::load<width>(x, p, c, count) - V::load(mean + c, count);
    (centred * V::load(scale + c, count) + V::load(shift + c, count)).store(y.pixel(p) + c, count);
  });
}

/// sum_dy[c] = sum of dy, sum_centred[c] = sum of dy * (x - mean), over all pixels.
/// Order: fixed by sizes.
template <class Loops, class Kind, class Scalar>
void batch_norm_sums(BasicCpu<Loops>& exec, Activation<Kind, Scalar> x, Scalar const* mean, Scalar const* dy,
                     Scalar* sum_dy, Scalar* sum_centred, Workspace workspace) {
  constexpr int width = native_width<Scalar>;
  using V = Pack<Scalar, width>;
  cpu::sum_pairs<Scalar>(
      exec, x.pixels, x.channels, workspace,
      [&](Index p, Index c, auto count) {
        V const d = V::load(dy + p * x.channels + c, count);
        return std::pair(d, d * (cpu::load<width>(x, p, c, count) - V::load(mean + c, count)));
      },
      [&](Index c, double sum, double centred) {
        sum_dy[c] = Scalar(sum);
        sum_centred[c] = Scalar(centred);
      });
}

/// dx = scale * (dy - mean_dy - (x - mean) * slope); with constant statistics dx = scale * dy (both sums 0). dx may be
/// dy, or the values of x.
template <class Loops, class Kind, class Scalar>
void batch_norm_input_gradient(BasicCpu<Loops>& exec, Activation<Kind, Scalar> x, Scalar const* mean,
                               BatchNormGradient<Scalar> const& norm, Scalar const* dy, Scalar* dx) {
  constexpr int width = native_width<Scalar>;
  using V = Pack<Scalar, width>;
  cpu::for_each_pack<width>(exec, x.pixels, x.channels, [&](Index p, Index c, Index count) {
    Index const at = p * x.channels + c;
    V const centred = cpu::load<width>(x, p, c, count) - V::load(mean + c, count);
    V const d = V::load(dy + at, count) - V::load(norm.mean_dy + c, count) - centred * V::load(norm.slope + c, count);
    (V::load(norm.scale + c, count) * d).store(dx + at, count);
  });
}

/// From the sums of the backward pass: gradients of weight and bias, and the two coefficients of the input gradient.
/// `n` is the number of distinct values that the sums run over; 0 for constant statistics.
template <class Loops, class Scalar>
void batch_norm_finish(BasicCpu<Loops>&, Index channels, Index n, Scalar const* inverse_deviation, Scalar const* sum_dy,
                       Scalar const* sum_centred, Scalar* dweight, Scalar* dbias, Scalar* mean_dy, Scalar* slope) {
  for (Index c = 0; c < channels; ++c) {
    double const inverse = double(inverse_deviation[c]);
    double const weight_gradient = double(sum_centred[c]) * inverse;
    double const over_n = n > 0 ? 1.0 / double(n) : 0.0;
    Scalar const bias_gradient = sum_dy[c];
    mean_dy[c] = Scalar(double(bias_gradient) * over_n);
    slope[c] = Scalar(weight_gradient * inverse * over_n);
    dweight[c] = Scalar(weight_gradient);
    dbias[c] = bias_gradient;
  }
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/load.hpp>
#include <tet/backend/cpu/partition.hpp>
#include <tet/backend/cpu/reduce.hpp>
#include <tet/core/batch_norm.hpp>
#include <tet/core/workspace.hpp>

#include <cmath>

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

}  // namespace cpu

/// Bytes that batch_norm_moments and batch_norm_sums need.
template <class Loops>
Index batch_norm_workspace(BasicCpu<Loops> const&, Index pixels, Index channels) {
  return cpu::batch_norm_partition(pixels).tasks() * 2 * channels * Index(sizeof(double));
}

/// Mean and biased variance per channel over all pixels.
///
/// Sums are taken in double around the channel's first value, so that a mean far from 0 does not cancel the variance's digits.
/// Order: fixed by sizes; the same bits for any number of threads.
template <class Loops, class Kind, class Scalar>
void batch_norm_moments(BasicCpu<Loops>& exec, Activation<Kind, Scalar> x, Scalar* mean, Scalar* variance, Workspace workspace) {
  constexpr int width = native_width<Scalar>;
  constexpr Index block = 256;
  Index const channels = x.channels;
  cpu::Partition const partition = cpu::batch_norm_partition(x.pixels);
  double* const partials = reinterpret_cast<double*>(workspace.data);
  exec.parallel_for(partition.tasks(), [&](Index task, Index) {
    typedef double Doubles __attribute__((vector_size(width * sizeof(double))));
    double* const sum = partials + task * 2 * channels;
    for (Index first = 0; first < channels; first += block) {
      Index const last = std::min(channels, first + block);
      Doubles sums[block / width] = {}, squares[block / width] = {};
      for (Index p = partition.begin(task); p < partition.end(task); ++p)
        for (Index c = first, k = 0; c < last; c += width, ++k) {
          Index const count = std::min<Index>(width, last - c);
          auto const pivot = cpu::load<width>(x, 0, c, count);
          Doubles const d = __builtin_convertvector((cpu::load<width>(x, p, c, count) - pivot).v, Doubles);
          sums[k] += d;
          squares[k] += d * d;
        }
      for (Index c = first; c < last; ++c) {
        sum[c] = sums[(c - first) / width][(c - first) % width];
        sum[channels + c] = squares[(c - first) / width][(c - first) % width];
      }
    }
  });
  cpu::reduce_partials(exec, partials, partition.tasks(), 2 * channels, 2 * channels, [&](Index column, double value) {
    partials[column] = value;  // row 0 of its own column: read before it is written
  });
  double const n = double(x.pixels);
  for (Index c = 0; c < channels; ++c) {
    double const sum = partials[c], square = partials[channels + c];
    mean[c] = Scalar(double(x.value(0, c)) + sum / n);
    variance[c] = Scalar(std::max(0.0, (square - sum * sum / n) / n));
  }
}

/// Statistics of the batch enter the running ones: r <- (1 - momentum) * r + momentum * new, the variance unbiased over `count` values.
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
  Index const channels = x.channels;
  cpu::Partition const partition = cpu::batch_norm_partition(x.pixels);
  double* const partials = reinterpret_cast<double*>(workspace.data);
  exec.parallel_for(partition.tasks(), [&](Index task, Index) {
    double* const sum = partials + task * 2 * channels;
    std::fill_n(sum, 2 * channels, 0.0);
    for (Index p = partition.begin(task); p < partition.end(task); ++p)
      for (Index c = 0; c < channels; ++c) {
        double const d = double(dy[p * channels + c]);
        sum[c] += d;
        sum[channels + c] += d * (double(x.value(p, c)) - double(mean[c]));
      }
  });
  cpu::reduce_partials(exec, partials, partition.tasks(), 2 * channels, 2 * channels, [&](Index column, double value) {
    (column < channels ? sum_dy[column] : sum_centred[column - channels]) = Scalar(value);
  });
}

/// dx = scale * (dy - mean_dy - (x - mean) * slope), in place over dy; with constant statistics dx = scale * dy (both sums 0).
template <class Loops, class Kind, class Scalar>
void batch_norm_input_gradient(BasicCpu<Loops>& exec, Activation<Kind, Scalar> x, Scalar const* mean, Scalar const* scale,
                               Scalar const* mean_dy, Scalar const* slope, Scalar* dy) {
  constexpr int width = native_width<Scalar>;
  using V = Pack<Scalar, width>;
  cpu::for_each_pack<width>(exec, x.pixels, x.channels, [&](Index p, Index c, Index count) {
    Scalar* const row = dy + p * x.channels + c;
    V const centred = cpu::load<width>(x, p, c, count) - V::load(mean + c, count);
    V const d = V::load(row, count) - V::load(mean_dy + c, count) - centred * V::load(slope + c, count);
    (V::load(scale + c, count) * d).store(row, count);
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

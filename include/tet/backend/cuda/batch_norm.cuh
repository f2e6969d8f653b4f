// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/channel_sums.cuh>
#include <tet/backend/cuda/cuda.cuh>
#include <tet/core/activation.hpp>
#include <tet/core/batch_norm.hpp>
#include <tet/core/gradient.hpp>
#include <tet/core/math.hpp>

namespace tet {

namespace gpu {

/// Sums of x and x^2 around the channel's first value, so that a mean far from 0 does not cancel the variance's digits.
template <class Kind, class Scalar>
struct MomentSums {
  Activation<Kind, Scalar> x;

  TET_HD Values<double, 2> operator()(Index first, Index end, Index c) const {
    Scalar const origin = x.value(0, c);
    Values<double, 2> sum{};
    for (Index p = first; p < end; ++p) {
      double const d = double(x.value(p, c) - origin);
      sum[0] += d;
      sum[1] += d * d;
    }
    return sum;
  }
};

template <class Kind, class Scalar>
struct StoreMoments {
  Activation<Kind, Scalar> x;
  double const* sums;
  Scalar *mean, *variance;

  TET_HD void operator()(Index c) const {
    double const n = double(x.pixels), sum = sums[c], square = sums[x.channels + c];
    mean[c] = Scalar(double(x.value(0, c)) + sum / n);
    variance[c] = Scalar(max(0.0, (square - sum * sum / n) / n));
  }
};

template <class Scalar>
struct TrackMoments {
  BatchNormMoments<Scalar> m;
  double momentum, unbiased;

  TET_HD void operator()(Index c) const {
    m.running_mean[c] = Scalar((1 - momentum) * double(m.running_mean[c]) + momentum * double(m.mean[c]));
    m.running_variance[c] =
        Scalar((1 - momentum) * double(m.running_variance[c]) + momentum * double(m.variance[c]) * unbiased);
  }
};

template <class Scalar>
struct NormScale {
  Scalar const *variance, *weight;
  double epsilon;
  Scalar *inverse_deviation, *scale;

  TET_HD void operator()(Index c) const {
    double const inverse = 1 / sqrt(double(variance[c]) + epsilon);
    inverse_deviation[c] = Scalar(inverse);
    scale[c] = Scalar(double(weight[c]) * inverse);
  }
};

template <class Kind, class Scalar>
struct Normalised {
  Activation<Kind, Scalar> x;
  Scalar const *mean, *scale, *shift;
  Scalar* y;

  TET_HD void operator()(Index i) const {
    Index const p = i / x.channels, c = i % x.channels;
    y[i] = (x.value(p, c) - mean[c]) * scale[c] + shift[c];
  }
};

template <class Kind, class Scalar>
struct NormSums {
  Activation<Kind, Scalar> x;
  Scalar const *mean, *dy;

  TET_HD Values<double, 2> operator()(Index first, Index end, Index c) const {
    Values<double, 2> sum{};
    for (Index p = first; p < end; ++p) {
      Scalar const d = dy[p * x.channels + c];
      sum[0] += double(d);
      sum[1] += double(d * (x.value(p, c) - mean[c]));
    }
    return sum;
  }
};

template <class Scalar>
struct StorePair {
  double const* sums;
  Index channels;
  Scalar *first, *second;

  TET_HD void operator()(Index c) const {
    first[c] = Scalar(sums[c]);
    second[c] = Scalar(sums[channels + c]);
  }
};

template <class Kind, class Scalar>
struct NormInputGradient {
  Activation<Kind, Scalar> x;
  Scalar const* mean;
  BatchNormGradient<Scalar> norm;
  Scalar const* dy;
  Scalar* dx;

  TET_HD void operator()(Index i) const {
    Index const p = i / x.channels, c = i % x.channels;
    dx[i] = norm.scale[c] * (dy[i] - norm.mean_dy[c] - (x.value(p, c) - mean[c]) * norm.slope[c]);
  }
};

template <class Scalar>
struct NormFinish {
  double over_n;
  Scalar const *inverse_deviation, *sum_dy, *sum_centred;
  Scalar *dweight, *dbias, *mean_dy, *slope;

  TET_HD void operator()(Index c) const {
    double const inverse = double(inverse_deviation[c]), weight_gradient = double(sum_centred[c]) * inverse;
    Scalar const bias_gradient = sum_dy[c];
    mean_dy[c] = Scalar(double(bias_gradient) * over_n);
    slope[c] = Scalar(weight_gradient * inverse * over_n);
    dweight[c] = Scalar(weight_gradient);
    dbias[c] = bias_gradient;
  }
};

}  // namespace gpu

/// Bytes that batch_norm_moments and batch_norm_sums need.
template <class Execution>
Index batch_norm_workspace(BasicCuda<Execution> const&, Index pixels, Index channels) {
  return gpu::ChannelChunks{pixels, channels}.bytes(2);
}

/// Mean and biased variance per channel over all pixels.
template <class Execution, class Kind, class Scalar>
void batch_norm_moments(BasicCuda<Execution>& exec, Activation<Kind, Scalar> x, Scalar* mean, Scalar* variance,
                        Workspace workspace) {
  double const* const sums =
      gpu::channel_sums<2>(exec, {x.pixels, x.channels}, gpu::MomentSums<Kind, Scalar>{x}, workspace);
  exec.for_each(x.channels, gpu::StoreMoments<Kind, Scalar>{x, sums, mean, variance});
}

/// Statistics of the batch enter the running ones: r <- (1 - momentum) * r + momentum * new, the variance unbiased over
/// `count` values.
template <class Execution, class Scalar>
void batch_norm_track(BasicCuda<Execution>& exec, BatchNormMoments<Scalar> const& m, double momentum, Index count) {
  double const unbiased = count > 1 ? double(count) / double(count - 1) : 1.0;
  exec.for_each(m.channels, gpu::TrackMoments<Scalar>{m, momentum, unbiased});
}

/// scale = weight / sqrt(variance + epsilon), inverse_deviation = 1 / sqrt(variance + epsilon).
template <class Execution, class Scalar>
void batch_norm_scale(BasicCuda<Execution>& exec, Index channels, Scalar const* variance, Scalar const* weight,
                      double epsilon, Scalar* inverse_deviation, Scalar* scale) {
  exec.for_each(channels, gpu::NormScale<Scalar>{variance, weight, epsilon, inverse_deviation, scale});
}

/// y = (x - mean) * scale + shift.
template <class Execution, class Kind, class Scalar>
void batch_norm_forward(BasicCuda<Execution>& exec, Activation<Kind, Scalar> x, Scalar const* mean, Scalar const* scale,
                        Scalar const* shift, Activation<Analog, Scalar> y) {
  exec.for_each(x.pixels * x.channels, gpu::Normalised<Kind, Scalar>{x, mean, scale, shift, y.data});
}

/// sum_dy[c] = sum of dy, sum_centred[c] = sum of dy * (x - mean), over all pixels.
/// Order: fixed by sizes.
template <class Execution, class Kind, class Scalar>
void batch_norm_sums(BasicCuda<Execution>& exec, Activation<Kind, Scalar> x, Scalar const* mean, Scalar const* dy,
                     Scalar* sum_dy, Scalar* sum_centred, Workspace workspace) {
  double const* const sums =
      gpu::channel_sums<2>(exec, {x.pixels, x.channels}, gpu::NormSums<Kind, Scalar>{x, mean, dy}, workspace);
  exec.for_each(x.channels, gpu::StorePair<Scalar>{sums, x.channels, sum_dy, sum_centred});
}

/// dx = scale * (dy - mean_dy - (x - mean) * slope); with constant statistics dx = scale * dy (both sums 0). dx may be
/// dy, or the values of x.
template <class Execution, class Kind, class Scalar>
void batch_norm_input_gradient(BasicCuda<Execution>& exec, Activation<Kind, Scalar> x, Scalar const* mean,
                               BatchNormGradient<Scalar> const& norm, Scalar const* dy, Scalar* dx) {
  exec.for_each(x.pixels * x.channels, gpu::NormInputGradient<Kind, Scalar>{x, mean, norm, dy, dx});
}

/// From the sums of the backward pass: gradients of weight and bias, and the two coefficients of the input gradient.
/// `n` is the number of distinct values that the sums run over; 0 for constant statistics.
template <class Execution, class Scalar>
void batch_norm_finish(BasicCuda<Execution>& exec, Index channels, Index n, Scalar const* inverse_deviation,
                       Scalar const* sum_dy, Scalar const* sum_centred, Scalar* dweight, Scalar* dbias, Scalar* mean_dy,
                       Scalar* slope) {
  exec.for_each(channels, gpu::NormFinish<Scalar>{n > 0 ? 1.0 / double(n) : 0.0, inverse_deviation, sum_dy, sum_centred,
                                                  dweight, dbias, mean_dy, slope});
}

}  // namespace tet

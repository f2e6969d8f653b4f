// SPDX-License-Identifier: MIT
#include <tests/backend/neuron_layer.hpp>
#include <tet/backend/cpu/batch_norm.hpp>

#include <cmath>
#include <vector>

using namespace tet;

namespace {

/// Per-channel values of one BatchNorm.
template <class Scalar>
struct Channels {
  std::vector<Scalar> mean, variance, running_mean, running_variance, inverse, scale, weight, bias, sum_dy, sum_centred,
      dweight, dbias, mean_dy, slope;
  explicit Channels(std::size_t n) {
    for (auto* v : {&mean, &variance, &running_mean, &running_variance, &inverse, &scale, &weight, &bias, &sum_dy,
                    &sum_centred, &dweight, &dbias, &mean_dy, &slope})
      v->resize(n);
  }
};

/// All kernels of a BatchNorm in the order of a training step, against sums in plain loops in double.
template <class Kind, class Scalar>
void check(Index pixels, Index C) {
  Seed const seed{81};
  CAPTURE(seed.value);
  CAPTURE(pixels);
  CAPTURE(C);
  auto const n = std::size_t(C), all = std::size_t(pixels * C);
  double const count = double(pixels), tolerance = 10 * test::tolerance<Scalar>;
  test::Signals<Kind, Scalar> const x(seed, 0, pixels, C);
  Channels<Scalar> s(n);
  s.weight = test::random_values<Scalar>(seed, 1, n, 0.5, 2);
  s.bias = test::random_values<Scalar>(seed, 2, n, -1, 1);
  auto const dy = test::random_values<Scalar>(seed, 3, all, -1, 1);

  std::vector<double> mean(n), variance(n), y(all), inverse(n), sum_dy(n), sum_centred(n), dweight(n), dx(all);
  for (std::size_t c = 0; c < n; ++c) {
    for (Index p = 0; p < pixels; ++p) mean[c] += double(x.view.value(p, Index(c))) / count;
    for (Index p = 0; p < pixels; ++p) variance[c] += std::pow(double(x.view.value(p, Index(c))) - mean[c], 2) / count;
    inverse[c] = 1 / std::sqrt(variance[c] + 1e-3);
    for (Index p = 0; p < pixels; ++p) {
      std::size_t const i = std::size_t(p * C) + c;
      double const centred = double(x.view.value(p, Index(c))) - mean[c];
      y[i] = double(s.weight[c]) * centred * inverse[c] + double(s.bias[c]);
      sum_dy[c] += double(dy[i]);
      sum_centred[c] += double(dy[i]) * centred;
    }
    dweight[c] = sum_centred[c] * inverse[c];
    for (Index p = 0; p < pixels; ++p) {
      std::size_t const i = std::size_t(p * C) + c;
      double const normed = (double(x.view.value(p, Index(c))) - mean[c]) * inverse[c];
      dx[i] = double(s.weight[c]) * inverse[c] * (double(dy[i]) - sum_dy[c] / count - normed * dweight[c] / count);
    }
  }

  Cpu exec(2);
  Storage<Cpu, std::byte> scratch(batch_norm_workspace(exec, pixels, C));
  Workspace const workspace{scratch.data(), scratch.bytes()};
  batch_norm_moments(exec, x.view, s.mean.data(), s.variance.data(), workspace);
  CHECK(test::relative_error(s.mean, mean) <= tolerance);
  CHECK(test::relative_error(s.variance, variance) <= tolerance);
  batch_norm_scale(exec, C, s.variance.data(), s.weight.data(), 1e-3, s.inverse.data(), s.scale.data());
  CHECK(test::relative_error(s.inverse, inverse) <= tolerance);
  std::vector<Scalar> out(all, Scalar(-7));
  batch_norm_forward(exec, x.view, s.mean.data(), s.scale.data(), s.bias.data(),
                     Activation<Analog, Scalar>{out.data(), pixels, C});
  CHECK(test::relative_error(out, y) <= tolerance);
  batch_norm_sums(exec, x.view, s.mean.data(), dy.data(), s.sum_dy.data(), s.sum_centred.data(), workspace);
  batch_norm_finish(exec, C, pixels, s.inverse.data(), s.sum_dy.data(), s.sum_centred.data(), s.dweight.data(),
                    s.dbias.data(), s.mean_dy.data(), s.slope.data());
  CHECK(test::relative_error(s.dbias, sum_dy) <= tolerance);
  CHECK(test::gradient_error(s.dweight, dweight) <= tolerance);
  auto d = dy;
  batch_norm_input_gradient(exec, x.view, s.mean.data(),
                            BatchNormGradient<Scalar>{s.scale.data(), s.mean_dy.data(), s.slope.data()}, dy.data(),
                            d.data());
  CHECK(test::gradient_error(d, dx) <= tolerance);

  s.running_mean.assign(n, Scalar(0.5));
  s.running_variance.assign(n, Scalar(2));
  batch_norm_track(
      exec,
      BatchNormMoments<Scalar>{C, s.mean.data(), s.variance.data(), s.running_mean.data(), s.running_variance.data()},
      0.25, pixels * 3);
  for (std::size_t c = 0; c < n; ++c) {
    double const unbiased = variance[c] * (3 * count) / (3 * count - 1);
    CHECK(double(s.running_mean[c]) == doctest::Approx(0.75 * 0.5 + 0.25 * mean[c]).epsilon(tolerance));
    CHECK(double(s.running_variance[c]) == doctest::Approx(0.75 * 2 + 0.25 * unbiased).epsilon(tolerance));
  }
}

template <class Kind, class Scalar>
void check_sizes() {
  for (Index const channels : {1, 7, 8, 9, 16, 17, 65, 257})
    for (Index const pixels : {2, 63, 64, 65, 300}) check<Kind, Scalar>(pixels, channels);
}

}  // namespace

TEST_CASE("BatchNorm kernels: analog values equal plain loops [backend]") {
  check_sizes<Analog, float>();
  check_sizes<Analog, double>();
}

TEST_CASE("BatchNorm kernels: spikes and counts equal plain loops [backend]") {
  check_sizes<Spike, float>();
  check_sizes<Graded<4, 4>, double>();
}

TEST_CASE("batch_norm_moments: a mean far from 0 keeps the variance's digits [backend]") {
  std::vector<float> x;
  for (int p = 0; p < 1000; ++p) x.push_back(4096 + float(p % 2) / 8);
  Cpu exec(1);
  Storage<Cpu, std::byte> scratch(batch_norm_workspace(exec, 1000, 1));
  float mean = 0, variance = 0;
  batch_norm_moments(exec, Activation<Analog, float>{x.data(), 1000, 1}, &mean, &variance,
                     Workspace{scratch.data(), scratch.bytes()});
  CHECK(mean == doctest::Approx(4096.0625).epsilon(1e-7));
  CHECK(variance == doctest::Approx(1.0 / 256).epsilon(1e-6));
}

TEST_CASE("BatchNorm kernels: one or two threads give the same bits [backend]") {
  test::Signals<Analog, float> const x({82}, 0, 3000, 33);
  auto const moments = [&](int threads) {
    Cpu exec(threads);
    Storage<Cpu, std::byte> scratch(batch_norm_workspace(exec, 3000, 33));
    std::vector<float> values(66);
    batch_norm_moments(exec, x.view, values.data(), values.data() + 33, Workspace{scratch.data(), scratch.bytes()});
    return values;
  };
  CHECK(moments(1) == moments(2));
}

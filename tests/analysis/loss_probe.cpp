// SPDX-License-Identifier: MIT

// The losses and gradients of a model at any weights.

#include <tests/train/small_run.hpp>

#include <tet/analysis/filters.hpp>
#include <tet/analysis/hessian.hpp>
#include <tet/analysis/loss_probe.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

using tet::analysis::LossProbe;
using tet::analysis::ProbeStatistics;
using Vector = std::vector<double>;
using View = std::span<double const>;

namespace {

/// No neurons: the loss is smooth, so that differences of losses are an oracle for gradients and Hessian.
using Smooth = tet::Network<tet::Input<6, 6, 2>, tet::Conv2d<3, 3>, tet::BatchNorm<>, tet::Flatten, tet::Linear<3>>;

std::vector<float> state(small_run::Model& model) {
  auto all = model.parameter_storage().download();
  auto const statistics = model.statistic_storage().download();
  all.insert(all.end(), statistics.begin(), statistics.end());
  all.push_back(float(model.batches_tracked()));
  return all;
}

}  // namespace

TEST_CASE("LossProbe: gradient and Hessian of a smooth network against differences of its loss [analysis]") {
  tet::Model<Smooth, tet::Cpu, double> model{tet::Seed{2}};
  auto const frames = small_run::frames();
  LossProbe probe(model, frames, {.samples = 22, .batch_size = 22, .timesteps = {2}, .tet = {.lambda = 0.2}});
  CHECK(probe.samples() == 22);
  Vector const weights = probe.weights();
  auto const tet_loss = [&](Vector const& w) { return probe.losses(View(w), ProbeStatistics::batch).tet; };
  auto const gradient_at = [&](View w) { return probe.gradient(tet::TetLoss{.lambda = 0.2}, w); };
  auto const gradient = gradient_at(View(weights));

  double const h = 1e-5;
  auto const filters = tet::analysis::filters_of(model);
  int checked = 0;
  for (std::size_t i = 0; i < weights.size(); i += 7) {
    Vector ahead = weights, behind = weights;
    ahead[i] += h;
    behind[i] -= h;
    double const slope = (tet_loss(ahead) - tet_loss(behind)) / (2 * h);
    CAPTURE(i);
    CHECK(gradient[i] == doctest::Approx(slope).epsilon(1e-6).scale(1e-2));
    checked += std::abs(slope) > 1e-6;
  }
  CHECK(checked > 20);

  // v' H v by second differences of the loss.
  Vector v(weights.size(), 0);
  double size = 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    v[i] = std::sin(double(3 * i + 1));
    size += v[i] * v[i];
  }
  double const k = 1e-3;
  Vector ahead = weights, behind = weights;
  for (std::size_t i = 0; i < v.size(); ++i) {
    ahead[i] += k * v[i] / std::sqrt(size);
    behind[i] -= k * v[i] / std::sqrt(size);
  }
  double const bend = (tet_loss(ahead) - 2 * tet_loss(weights) + tet_loss(behind)) / (k * k) * size;
  auto const product = tet::analysis::hessian_product(gradient_at, View(weights), View(v), 1e-4);
  CHECK(tet::analysis::detail::dot(v, product) == doctest::Approx(bend).epsilon(1e-4));
}

TEST_CASE("LossProbe: batches are averaged by their samples, and losses are those of the model [analysis]") {
  small_run::Model model{tet::Seed{2}};
  auto const frames = small_run::frames();
  LossProbe whole(model, frames, {.samples = 22, .batch_size = 22, .timesteps = {4}});
  LossProbe parts(model, frames, {.samples = 22, .batch_size = 4, .timesteps = {4}});
  auto const weights = whole.weights();
  // Running statistics do not depend on how samples are put together.
  auto const a = whole.losses(weights, ProbeStatistics::running), b = parts.losses(weights, ProbeStatistics::running);
  CHECK(a.sdt == doctest::Approx(b.sdt).epsilon(1e-6));
  CHECK(a.tet == doctest::Approx(b.tet).epsilon(1e-6));
  CHECK(a.accuracy == doctest::Approx(b.accuracy));
  auto const e = tet::evaluate(model, frames, tet::Timesteps{4});
  CHECK(a.sdt == doctest::Approx(e.loss).epsilon(1e-6));
  CHECK(a.accuracy == doctest::Approx(e.accuracy));
  CHECK(whole.losses(weights, ProbeStatistics::batch).sdt != a.sdt);
}

TEST_CASE("LossProbe: the model is left as it was, to the bit, and so it is when probing fails [analysis]") {
  small_run::Model model{tet::Seed{2}};
  auto const frames = small_run::frames();
  auto const before = state(model);
  LossProbe probe(model, frames, {.samples = 8, .batch_size = 4, .timesteps = {2}});
  auto moved = probe.weights();
  for (float& w : moved) w += 0.25f;
  probe.losses(moved, ProbeStatistics::batch);
  CHECK(state(model) == before);
  probe.losses(moved, ProbeStatistics::running);
  CHECK(state(model) == before);
  probe.gradient(tet::SdtLoss{}, std::span<float const>(moved));
  CHECK(state(model) == before);
  moved.pop_back();
  CHECK_THROWS_AS(probe.losses(moved, ProbeStatistics::batch), std::invalid_argument);
  CHECK(state(model) == before);
  CHECK_THROWS_AS(LossProbe(model, frames, {.samples = 23, .timesteps = {2}}), std::invalid_argument);
  CHECK_THROWS_AS(LossProbe(model, frames, {.samples = 0, .timesteps = {2}}), std::invalid_argument);
}

TEST_CASE("filters_of: each output's weights are one filter, in the model's own order [analysis]") {
  small_run::Model model{tet::Seed{2}};
  auto const filters = tet::analysis::filters_of(model);
  CHECK(filters.count == 5 + 3);
  std::map<tet::Index, int> values;
  for (tet::Index const f : filters.of) ++values[f];
  for (tet::Index f = 0; f < 5; ++f) CHECK(values[f] == 3 * 3 * 2);
  for (tet::Index f = 5; f < 8; ++f) CHECK(values[f] == 3 * 3 * 5);
  // Setting one filter of the first layer in PyTorch's order changes its values only.
  auto const before = model.parameter_storage().download();
  for (tet::TensorInfo const& info : model.tensors()) {
    if (info.shape.size() != 4) continue;
    auto w = model.get(info);
    for (std::size_t i = 0; i < 18; ++i) w[2 * 18 + i] += 1;
    model.set(info, w);
  }
  auto const after = model.parameter_storage().download();
  for (std::size_t i = 0; i < after.size(); ++i) CHECK((before[i] != after[i]) == (filters.of[i] == 2));
}

// SPDX-License-Identifier: MIT
#pragma once

#include <tests/support/reference.hpp>
#include <tests/support/smooth.hpp>
#include <tet/backend/cpu/primitives.hpp>
#include <tet/layer/layers.hpp>
#include <tet/loss/losses.hpp>
#include <tet/model/model.hpp>
#include <tet/neuron/neurons.hpp>
#include <tet/surrogate/surrogates.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace tet::test {

/// A neuron whose firing is smooth everywhere: no kinks to keep away from.
using SmoothLif = Smooth<Lif<LifConfig{.tau = 0.75f, .threshold = 0.5f}, Atan<>>>;
using SmoothSoftLif = Smooth<Lif<LifConfig{.tau = 0.5f, .threshold = 0.25f, .reset = Reset::soft}, Gaussian<>>>;

/// A loss of a user's own that sees everything of its term: later timesteps count more, and the mean is pulled to 0.
struct LateLoss {
  static constexpr char const* name = "late";
  double pull = 0.3;

  template <class Scalar>
  TET_HD Scalar operator()(LossTerm<Scalar> const& term) const {
    Scalar const weight = Scalar(term.t + 1) / Scalar(term.timesteps);
    Scalar total = weight * cross_entropy(term.output, term.classes, term.label, weight, term.doutput);
    for (Index k = 0; k < term.classes; ++k) {
      total += Scalar(pull) * term.mean[k] * term.mean[k];
      term.dmean[k] += Scalar(2 * pull) * term.mean[k];
    }
    return total;
  }
};

/// One network in double on random data, with its loss as a function of whatever is changed in it.
template <class Net>
struct NetworkUnderTest {
  Model<Net, Cpu, double> model;
  Timesteps timesteps;
  BatchSize batch;
  Presentation presentation;
  std::vector<double> input;
  std::vector<int> labels;

  NetworkUnderTest(Seed seed, Timesteps timesteps_, BatchSize batch_, Presentation presentation_)
      : model(seed, Cpu(1)), timesteps(timesteps_), batch(batch_), presentation(presentation_) {
    Index const frames = presentation == Presentation::repeated ? batch.value : timesteps.value * batch.value;
    input = random_values(seed, 1000, std::size_t(frames * Net::input_shape.size()), -1, 2);
    using Kind = typename Net::InputSignal::Kind;
    for (double& x : input) {
      if constexpr (std::is_same_v<Kind, Spike>) x = x > 0.5;
      else if constexpr (is_graded<Kind>) x = std::floor((x + 1) / 3 * (Kind::max + 1)) / Kind::divisor;
    }
    for (Index b = 0; b < batch.value; ++b) labels.push_back(int(Random(seed, 1001).below(std::uint64_t(b), classes)));
    // Off their initial values, so that nothing is hidden by a factor of 1 or a summand of 0.
    auto const shift = random_values(seed, 1002, std::size_t(model.parameters().count), -0.2, 0.2);
    for (std::size_t i = 0; i < shift.size(); ++i) model.parameters().values[i] += shift[i];
  }

  static constexpr std::uint64_t classes = std::uint64_t(Net::output_shape.size());

  template <class Loss>
  double loss(Loss const& loss, Mode mode, double* doutput = nullptr) {
    auto const out = model.forward(InputBatch<double>{input, timesteps, batch, presentation}, mode);
    return loss_and_gradient(model.exec(), loss, out.timesteps, out.batch, out.size, out.data, labels.data(),
                             doutput == nullptr ? nullptr : model.output_gradient(), model.workspace())
        .loss;
  }
};

/// Checks the gradients of all parameters of a smooth network, and of its input, by central differences of the whole
/// network.
///
/// Tensors whose name is in `rounding` have a gradient of rounding noise only (a bias before a BatchNorm) and are left
/// out.
template <class Net, class Loss>
void check_gradients(Loss const& loss, Timesteps timesteps, BatchSize batch, Presentation presentation,
                     std::vector<std::string> const& rounding = {}, Mode mode = Mode::training) {
  Seed const seed{41};
  CAPTURE(seed.value);
  CAPTURE(Loss::name);
  CAPTURE(int(presentation));
  NetworkUnderTest<Net> net(seed, timesteps, batch, presentation);
  constexpr bool real_input = std::is_same_v<typename Net::InputSignal::Kind, Analog>;
  double wants_gradient = 0;
  net.loss(loss, mode, &wants_gradient);
  double const* const dx = net.model.backward(InputGradient::computed);
  std::vector<double> const input_gradient(dx, dx + net.input.size());
  std::vector<double> const gradients = net.model.gradient_storage().download();

  std::function<double()> const value = [&] { return net.loss(loss, mode); };
  net.model.visit_tensors([&](std::string const& name, auto const& spec, Index offset) {
    if (spec.role != TensorRole::parameter) return;
    CAPTURE(name);
    auto const count = std::size_t(spec.count());
    std::span const analytic(gradients.data() + offset, count);
    auto const numeric = central_differences(value, std::span(net.model.parameters().values + offset, count));
    double const error = gradient_error(analytic, numeric);
    for (std::string const& left_out : rounding)
      if (name == left_out) {
        for (double const g : analytic) CHECK(std::abs(g) < 1e-12);
        return;
      }
    CHECK(error <= gradient_tolerance);
  });
  if constexpr (real_input)
    CHECK(gradient_error(input_gradient, central_differences(value, net.input)) <= gradient_tolerance);
}

/// check_gradients with SDT, TET and a user's loss, of images and of frames.
template <class Net>
void check_all_losses(std::vector<std::string> const& rounding = {}) {
  for (Presentation const presentation : {Presentation::repeated, Presentation::temporal}) {
    check_gradients<Net>(SdtLoss{}, Timesteps{3}, BatchSize{2}, presentation, rounding);
    check_gradients<Net>(TetLoss{.lambda = 0.2, .phi = 0.7}, Timesteps{3}, BatchSize{2}, presentation, rounding);
    check_gradients<Net>(LateLoss{}, Timesteps{3}, BatchSize{2}, presentation, rounding);
  }
}

}  // namespace tet::test

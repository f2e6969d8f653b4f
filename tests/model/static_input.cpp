// SPDX-License-Identifier: MIT
#include <tests/model/gradient_check.hpp>

using namespace tet;

namespace {

using Block = Sequential<Conv2d<6>, BatchNorm<>, Lif<>>;
using Net =
    Network<Input<6, 6, 3>, Conv2d<5>, BatchNorm<>, Residual<Sequential<Lif<>, Conv2d<5>, BatchNorm<>>, BatchNorm<>>,
            Lif<>, Block, AvgPool2d<2>, Block, Flatten, Linear<4>>;

/// Everything that a training step of a network leaves.
template <class Net>
struct StepOutcome {
  std::vector<double> output, gradients, input_gradient, statistics;

  StepOutcome(Presentation presentation, Index T, Index B) {
    Seed const seed{131};
    test::NetworkUnderTest<Net> net(seed, Timesteps{T}, BatchSize{B}, Presentation::repeated);
    net.presentation = presentation;
    auto const image = net.input;
    if (presentation == Presentation::temporal)
      for (Index t = 1; t < T; ++t) net.input.insert(net.input.end(), image.begin(), image.end());
    double wants_gradient = 0;
    net.loss(TetLoss{}, Mode::training, &wants_gradient);
    auto const out =
        net.model.forward(InputBatch<double>{net.input, net.timesteps, net.batch, presentation}, Mode::inference);
    output.assign(out.data, out.data + out.timesteps * out.batch * out.size);
    net.loss(TetLoss{}, Mode::training, &wants_gradient);
    double const* const dx = net.model.backward(InputGradient::computed);
    input_gradient.resize(image.size());
    for (std::size_t i = 0; i < net.input.size(); ++i) input_gradient[i % image.size()] += dx[i];
    gradients = net.model.gradient_storage().download();
    statistics = net.model.statistic_storage().download();
  }
};

}  // namespace

TEST_CASE("Model: an image shown T times is the same as T equal frames [model]") {
  for (Index const T : {1, 2, 4}) {
    CAPTURE(T);
    StepOutcome<Net> const image(Presentation::repeated, T, 3), frames(Presentation::temporal, T, 3);
    CHECK(test::relative_error(image.output, frames.output) <= 1e-12);
    CHECK(test::relative_error(image.gradients, frames.gradients) <= 1e-12);
    CHECK(test::relative_error(image.input_gradient, frames.input_gradient) <= 1e-12);
    CHECK(test::relative_error(image.statistics, frames.statistics) <= 1e-12);
  }
}

TEST_CASE("Model: without neurons one output stands for all timesteps of an image [model]") {
  using Timeless = Network<Input<2, 2, 1>, Flatten, Linear<3>>;
  Model<Timeless, Cpu, double> model{Seed{1}};
  std::vector<double> const x{1, 2, 3, 4};
  auto const out =
      model.forward(InputBatch<double>{x, Timesteps{5}, BatchSize{1}, Presentation::repeated}, Mode::inference);
  CHECK(out.timesteps == 1);
  CHECK(out.batch == 1);
  CHECK(out.size == 3);
}

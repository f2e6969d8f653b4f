// SPDX-License-Identifier: MIT
#include <tests/model/gradient_check.hpp>

using namespace tet;

namespace {

using OnInput =
    Network<Input<3, 2, 2>, BatchNorm<BatchNormOptions{.epsilon = 1e-3, .momentum = 0.25}>, Flatten, Linear<2>>;

template <class M>
TensorInfo named(M const& model, std::string const& name) {
  for (TensorInfo const& info : model.tensors())
    if (info.name == name) return info;
  FAIL("no tensor " << name);
  return {};
}

}  // namespace

TEST_CASE("BatchNorm: running statistics follow two batches as in the hand-worked formula [model]") {
  for (Presentation const presentation : {Presentation::repeated, Presentation::temporal}) {
    CAPTURE(int(presentation));
    Model<OnInput, Cpu, double> model{Seed{1}};
    Index const T = 3, B = 4;
    std::vector<double> mean{0, 0}, variance{1, 1};
    for (std::uint64_t batch = 0; batch < 2; ++batch) {
      Index const frames = presentation == Presentation::repeated ? B : T * B;
      auto const x = test::random_values({151}, batch, std::size_t(frames * 12), -1, 3);
      double const distinct = double(frames * 6), n = double(T * B * 6);  // images count T times
      for (std::size_t c = 0; c < 2; ++c) {
        double sum = 0, squares = 0;
        for (std::size_t i = c; i < x.size(); i += 2) sum += x[i];
        for (std::size_t i = c; i < x.size(); i += 2) squares += (x[i] - sum / distinct) * (x[i] - sum / distinct);
        mean[c] = 0.75 * mean[c] + 0.25 * sum / distinct;
        variance[c] = 0.75 * variance[c] + 0.25 * squares / distinct * n / (n - 1);
      }
      model.forward(InputBatch<double>{x, Timesteps{T}, BatchSize{B}, presentation}, Mode::training);
    }
    CHECK(test::relative_error(model.get(named(model, "0.running_mean")), mean) <= 1e-12);
    CHECK(test::relative_error(model.get(named(model, "0.running_var")), variance) <= 1e-12);
    CHECK(model.batches_tracked() == 2);
  }
}

TEST_CASE("BatchNorm: inference uses the running statistics and leaves them alone [model]") {
  Model<OnInput, Cpu, double> model{Seed{1}};
  model.set(named(model, "0.running_mean"), std::vector<double>{0.5, -1});
  model.set(named(model, "0.running_var"), std::vector<double>{4, 0.25});
  model.set(named(model, "0.weight"), std::vector<double>{2, 3});
  model.set(named(model, "0.bias"), std::vector<double>{-1, 1});
  auto const x = test::random_values({152}, 0, 12, -1, 3);
  auto const out =
      model.forward(InputBatch<double>{x, Timesteps{1}, BatchSize{1}, Presentation::repeated}, Mode::inference);
  auto const weight = model.get(named(model, "2.weight")), bias = model.get(named(model, "2.bias"));
  for (std::size_t k = 0; k < 2; ++k) {
    double want = bias[k];
    for (std::size_t p = 0; p < 6; ++p) {
      double const a = (x[2 * p] - 0.5) / std::sqrt(4.001) * 2 - 1, b = (x[2 * p + 1] + 1) / std::sqrt(0.251) * 3 + 1;
      want += weight[k * 12 + p] * a + weight[k * 12 + 6 + p] * b;  // files order features C, H, W
    }
    CHECK(out.data[k] == doctest::Approx(want).epsilon(1e-12));
  }
  CHECK(model.get(named(model, "0.running_mean")) == std::vector<double>{0.5, -1});
  CHECK(model.get(named(model, "0.running_var")) == std::vector<double>{4, 0.25});
  CHECK(model.batches_tracked() == 0);
}

TEST_CASE("BatchNorm: statistics estimated over n batches are their plain average, weights and counter stay [model]") {
  Model<OnInput, Cpu, double> model{Seed{1}};
  Index const T = 3, B = 4;
  double const n = double(T * B * 6);
  auto const frames = [&](std::uint64_t batch) {
    return test::random_values({153}, batch, std::size_t(T * B * 12), -1, 3);
  };
  auto const input = [&](std::vector<double> const& x) {
    return InputBatch<double>{x, Timesteps{T}, BatchSize{B}, Presentation::temporal};
  };
  model.set(named(model, "0.running_mean"), std::vector<double>{70, -80});
  model.set(named(model, "0.running_var"), std::vector<double>{9, 99});
  auto const parameters = model.parameter_storage().download();
  std::vector<double> mean{0, 0}, variance{0, 0};
  for (std::uint64_t batch = 0; batch < 3; ++batch) {
    auto const x = frames(batch);
    for (std::size_t c = 0; c < 2; ++c) {
      double sum = 0, squares = 0;
      for (std::size_t i = c; i < x.size(); i += 2) sum += x[i];
      for (std::size_t i = c; i < x.size(); i += 2) squares += (x[i] - sum / n) * (x[i] - sum / n);
      mean[c] += sum / n / 3;
      variance[c] += squares / (n - 1) / 3;
    }
    model.estimate_statistics(input(x), Index(batch));
  }
  CHECK(test::relative_error(model.get(named(model, "0.running_mean")), mean) <= 1e-12);
  CHECK(test::relative_error(model.get(named(model, "0.running_var")), variance) <= 1e-12);
  CHECK(model.parameter_storage().download() == parameters);
  CHECK(model.batches_tracked() == 0);

  // Later training steps track with the layer's own momentum again, and outputs are those of training.
  auto const x = frames(7);
  auto const before = model.get(named(model, "0.running_mean"));
  auto const trained = model.forward(input(x), Mode::training);
  std::vector<double> const output(trained.data, trained.data + T * B * 2);
  auto const after = model.get(named(model, "0.running_mean"));
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); i += 2) sum += x[i];
  CHECK(after[0] == doctest::Approx(0.75 * before[0] + 0.25 * sum / n).epsilon(1e-12));
  auto const estimated = model.estimate_statistics(input(x), 1);
  CHECK(std::vector<double>(estimated.data, estimated.data + T * B * 2) == output);
  CHECK_THROWS_AS(model.backward(), std::logic_error);
  CHECK_THROWS_WITH_AS(model.estimate_statistics(input(x), -1),
                       "tet: batches before this one: got -1, expected at least 0", std::invalid_argument);
}

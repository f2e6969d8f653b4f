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

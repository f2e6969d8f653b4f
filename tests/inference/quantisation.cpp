// SPDX-License-Identifier: MIT
#include <tests/inference/exact_network.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace tet;

TEST_CASE("Folding: synapses and BatchNorm become synapses that give the same values [inference]") {
  float const weight[] = {1, -2, 0.5f, 3, 4, -1}, bias[] = {0.5f, -1};  // 3 inputs, 2 outputs
  float const gamma[] = {2, -0.5f}, beta[] = {0.25f, 1}, mean[] = {0.125f, 3}, variance[] = {0.75f, 15.75f};
  detail::FoldedSynapses s(3, 2, weight, bias);
  s.fold({2, gamma, beta, mean, variance, 0.25});
  for (int o = 0; o < 2; ++o) {
    CAPTURE(o);
    float const scale = o == 0 ? 2.0f : -0.125f;  // gamma / sqrt(variance + 0.25)
    for (int k = 0; k < 3; ++k) CHECK(s.weight[std::size_t(2 * k + o)] == weight[2 * k + o] * scale);
    CHECK(s.bias[std::size_t(o)] == (bias[o] - mean[o]) * scale + beta[o]);
  }
  CHECK(detail::FoldedSynapses(3, 2, weight, nullptr).bias == std::vector<float>{0, 0});
}

TEST_CASE("Quantisation: each output has its scale and weights are off by half of it at most [inference]") {
  Index const inputs = 40, out = 5;
  auto weight = test::random_values<float>({351}, 0, std::size_t(inputs * out), -1, 1);
  for (std::size_t i = 0; i < weight.size(); ++i) weight[i] *= i % 5 == 0 ? 0.0f : std::pow(10.0f, float(i % 5) - 3);
  detail::FoldedSynapses const s(inputs, out, weight.data(), nullptr);
  detail::QuantisedSynapses const q(s);
  auto const values = q.values();
  std::vector<int> largest(5);
  for (std::size_t i = 0; i < weight.size(); ++i) {
    CHECK(std::abs(double(values[i]) - double(weight[i])) <= double(q.scale[i % 5]) * 0.5001);
    largest[i % 5] = std::max(largest[i % 5], std::abs(int(q.weight[i])));
  }
  CHECK(largest == std::vector<int>{0, 127, 127, 127, 127});
  CHECK(q.scale[0] == 0);
}

namespace {

using Net = Network<Input<8, 8, 3>, Conv2d<12>, BatchNorm<>, Lif<>, Conv2d<20, ConvOptions{.stride = 2}>, BatchNorm<>,
                    Lif<>, AvgPool2d<2>, Flatten, Linear<6>>;

/// Replaces a layer's weights by what Int8 makes of them, folded, in a model whose BatchNorm is then neutral.
void quantise(Model<Net, Cpu, double>& to, Model<Net, Cpu> const& from, std::string const& layer,
              std::string const& norm) {
  auto const tensor = [&](std::string const& name) {
    for (auto const& info : from.tensors())
      if (info.name == name) return info;
    FAIL("no tensor " << name);
    return TensorInfo{};
  };
  TensorInfo const weight = tensor(layer + ".weight"), bias = tensor(layer + ".bias");
  std::vector<float> const trained = from.get(weight);
  std::size_t const out = std::size_t(bias.count), inputs = trained.size() / out;
  std::vector<float> rows(trained.size());
  for (std::size_t i = 0; i < trained.size(); ++i) rows[i % inputs * out + i / inputs] = trained[i];
  detail::FoldedSynapses folded(Index(inputs), Index(out), rows.data(), from.get(bias).data());
  if (norm != "") {
    folded.fold({Index(out), from.get(tensor(norm + ".weight")).data(), from.get(tensor(norm + ".bias")).data(),
                 from.get(tensor(norm + ".running_mean")).data(), from.get(tensor(norm + ".running_var")).data(),
                 1e-5});
    to.set(tensor(norm + ".weight"), std::vector<double>(out, 1.0));
    to.set(tensor(norm + ".bias"), std::vector<double>(out, 0.0));
    to.set(tensor(norm + ".running_mean"), std::vector<double>(out, 0.0));
    to.set(tensor(norm + ".running_var"), std::vector<double>(out, 1 - 1e-5));
  }
  detail::QuantisedSynapses const quantised(folded);
  std::vector<double> values(trained.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::size_t const o = i / inputs;
    values[i] = double(quantised.weight[i % inputs * out + o]) * double(quantised.scale[o]);
  }
  to.set(weight, values);
  to.set(bias, std::vector<double>(folded.bias.begin(), folded.bias.end()));
}

}  // namespace

TEST_CASE("Inference: Int8 gives what its quantised weights give in double [inference]") {
  // No margins here: of the 20 thousand neuron steps none may come closer to its threshold than float rounds.
  Index const T = 3, B = 4;
  Model<Net, Cpu> model{Seed{352}};
  auto const x = test::exact_input<Net>({353}, T * B);
  InputBatch<float> const batch{x, Timesteps{T}, BatchSize{B}, Presentation::temporal};
  for (int i = 0; i < 20; ++i) model.forward(batch, Mode::training);
  Model<Net, Cpu, double> quantised{Seed{1}};
  quantise(quantised, model, "0", "1");
  quantise(quantised, model, "3", "4");
  quantise(quantised, model, "8", "");
  auto const want = test::model_outputs(quantised, batch), trained = test::model_outputs(model, batch);
  Inference<Net, Cpu, Int8> engine{model, {.batch_size = B}};
  auto const mean = engine.run(batch);
  CHECK(test::relative_error(mean, test::mean_of(want, 3)) <= 1e-5);
  CHECK(test::relative_error(mean, test::mean_of(trained, 3)) > 1e-4);  // the weights are others
}

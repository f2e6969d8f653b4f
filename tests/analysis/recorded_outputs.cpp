// SPDX-License-Identifier: MIT
#include <tests/train/small_run.hpp>
#include <tet/analysis/early_exit.hpp>
#include <tet/analysis/quantised_weights.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace {

using Net = tet::Network<tet::Input<4, 4, 1>, tet::Conv2d<2, 3>, tet::Lif<>, tet::Flatten, tet::Linear<3>>;

tet::TensorInfo named(tet::Model<Net, tet::Cpu> const& model, std::string const& name) {
  for (tet::TensorInfo const& info : model.tensors())
    if (info.name == name) return info;
  FAIL("no tensor " << name);
  return {};
}

}  // namespace

TEST_CASE("Recorded outputs: a model's and an engine's give the accuracies of evaluate [analysis]") {
  auto const set = small_run::frames();
  small_run::Model model{tet::Seed{3}};
  tet::Adam optimizer{model, {.learning_rate = 1e-2}};
  small_run::fit(model, optimizer, set, {});
  auto const check = [&](auto& network) {
    auto const outputs = tet::analysis::record_outputs(network, set, tet::Timesteps{4}, 5);
    REQUIRE(outputs.samples == small_run::samples);
    REQUIRE(outputs.classes == 3);
    auto const evaluated = tet::evaluate(network, set, tet::Timesteps{4});
    std::vector<double> const never{1.0};
    CHECK(tet::analysis::early_exit(outputs, never)[0].accuracy == doctest::Approx(evaluated.accuracy));
    CHECK(tet::analysis::accuracy_up_to_each_timestep(outputs) == evaluated.accuracy_at);
    CHECK(tet::analysis::accuracy_of_each_timestep(outputs)[0] == doctest::Approx(evaluated.accuracy_at[0]));
    CHECK(tet::analysis::record_outputs(network, set, tet::Timesteps{4}, 64).labels == outputs.labels);
    return outputs;
  };
  auto const whole = check(model);
  tet::Inference engine{model, tet::InferenceOptions{.batch_size = 6}};
  check(engine);
  // The first timesteps of a longer run are the shorter run.
  auto const two = tet::analysis::record_outputs(model, set, tet::Timesteps{2}, 5);
  CHECK(two.values == std::vector<float>(whole.values.begin(), whole.values.begin() + 2 * small_run::samples * 3));
}

TEST_CASE("Recorded outputs: a set of more classes, and an output that is not finite, are refused [analysis]") {
  small_run::Model model{tet::Seed{3}};
  tet::data::Frames const other({6, 6, 2}, tet::Timesteps{1}, 4, std::vector<float>(72), {3});
  CHECK_THROWS_AS(tet::analysis::record_outputs(model, other, tet::Timesteps{1}), std::invalid_argument);
  auto bad = model.parameter_storage().download();
  for (float& value : bad) value = std::numeric_limits<float>::infinity();
  model.parameter_storage().upload(bad);
  CHECK_THROWS_WITH_AS(tet::analysis::record_outputs(model, small_run::frames(), tet::Timesteps{1}),
                       doctest::Contains("tet: output 0 of sample 0 at timestep 1 is"), tet::NumericError);
}

TEST_CASE("Quantised weights: each output channel is rounded on its own, biases stay, all comes back [analysis]") {
  tet::Model<Net, tet::Cpu> model{tet::Seed{1}};
  auto const conv = named(model, "0.weight"), linear = named(model, "3.weight"), bias = named(model, "0.bias");
  // Channel 0 has its largest weight at 1, channel 1 at 0.3: at 3 bits the levels are thirds of it.
  model.set(conv, std::vector<float>{1, -0.5f, 0.3f, 0.16f, -1, 0, 0.17f, 0.84f, 0.82f,  //
                                     0.3f, -0.26f, 0.24f, 0.04f, 0, -0.3f, 0.06f, 0.16f, -0.14f});
  model.set(bias, std::vector<float>{0.123f, -0.456f});
  model.set(linear, std::vector<float>(96, 0.0f));
  auto const before = model.parameter_storage().download();
  std::vector<double> const thirds{3, -2, 1, 0, -3, 0, 1, 3, 2, 3, -3, 2, 0, 0, -3, 1, 2, -1};  // -.5 is a tie: even
  int const result = tet::analysis::with_quantised_weights(model, 3, [&] {
    auto const rounded = model.get(conv);
    for (std::size_t i = 0; i < 18; ++i) {
      CAPTURE(i);
      CHECK(double(rounded[i]) == doctest::Approx(thirds[i] / 3 * (i < 9 ? 1 : 0.3)).epsilon(1e-6));
    }
    CHECK(model.get(bias) == std::vector<float>{0.123f, -0.456f});
    CHECK(model.get(linear) == std::vector<float>(96, 0.0f));  // a channel of zeros stays
    return 5;
  });
  CHECK(result == 5);
  CHECK(model.parameter_storage().download() == before);
  // 16 bits are close to the weights, 2 bits keep signs of the large ones.
  tet::analysis::with_quantised_weights(model, 16, [&] {
    auto const rounded = model.get(conv);
    CHECK(rounded[1] == doctest::Approx(-0.5).epsilon(1e-4));
    return 0;
  });
  tet::analysis::with_quantised_weights(model, 2, [&] {
    CHECK(model.get(conv)[3] == 0);
    CHECK(model.get(conv)[7] == 1);
    return 0;
  });
}

TEST_CASE("Quantised weights: whatever goes wrong, the weights are as they were [analysis]") {
  tet::Model<Net, tet::Cpu> model{tet::Seed{1}};
  auto const before = model.parameter_storage().download();
  CHECK_THROWS_AS(tet::analysis::with_quantised_weights(model, 4, [&]() -> int { throw std::string("stop"); }),
                  std::string);
  CHECK(model.parameter_storage().download() == before);
  for (int const bits : {-1, 0, 1, 17, 64}) {
    CAPTURE(bits);
    CHECK_THROWS_AS(tet::analysis::quantise_weights(model, bits), std::invalid_argument);
  }
  auto weights = model.get(named(model, "3.weight"));
  weights[95] = std::nanf("");
  model.set(named(model, "3.weight"), weights);
  auto const first = model.get(named(model, "0.weight"));
  CHECK_THROWS_WITH_AS(tet::analysis::quantise_weights(model, 4), doctest::Contains("tensor 3.weight holds"),
                       tet::NumericError);
  CHECK(model.get(named(model, "0.weight")) == first);
}

// SPDX-License-Identifier: MIT
#include <tests/train/small_run.hpp>

#include <doctest/doctest.h>

#include <sstream>

TEST_CASE("Evaluate: accuracy at t timesteps is that of a run of t timesteps [evaluate]") {
  auto const set = small_run::frames();
  small_run::Model model{tet::Seed{3}};
  tet::Adam optimizer{model, {.learning_rate = 1e-2}};
  small_run::fit(model, optimizer, set, {});
  auto const whole = tet::evaluate(model, set, tet::Timesteps{4});
  REQUIRE(whole.accuracy_at.size() == 4);
  CHECK(whole.accuracy == whole.accuracy_at[3]);
  CHECK(whole.samples == small_run::samples);
  for (tet::Index t = 1; t <= 4; ++t) {
    CAPTURE(t);
    CHECK(tet::evaluate(model, set, tet::Timesteps{t}).accuracy == whole.accuracy_at[std::size_t(t - 1)]);
  }
}

TEST_CASE(
    "Evaluate: neither batch size nor prefetch changes the result, and the model keeps its statistics [evaluate]") {
  auto const set = small_run::frames();
  small_run::Model model{tet::Seed{3}};
  tet::Adam optimizer{model, {.learning_rate = 1e-2}};
  small_run::fit(model, optimizer, set, {});
  auto const before = small_run::everything(model, optimizer);
  auto const one = tet::evaluate(model, set, tet::Timesteps{3}, {.batch_size = 1, .prefetch = 0});
  auto const many = tet::evaluate(model, set, tet::Timesteps{3}, {.batch_size = 64, .prefetch = 3});
  CHECK(one.accuracy_at == many.accuracy_at);
  CHECK(one.loss == doctest::Approx(many.loss).epsilon(1e-6));
  CHECK(small_run::everything(model, optimizer) == before);
}

TEST_CASE("Evaluate: more timesteps than were recorded are refused [evaluate]") {
  small_run::Model model{tet::Seed{3}};
  CHECK_THROWS_AS(tet::evaluate(model, small_run::frames(), tet::Timesteps{5}), std::invalid_argument);
  CHECK_THROWS_AS(tet::evaluate(model, small_run::frames(), tet::Timesteps{0}), std::invalid_argument);
}

TEST_CASE("Evaluate: an evaluation prints as one line [evaluate]") {
  std::ostringstream text;
  text << tet::Evaluation{.accuracy = 0.5, .loss = 1.25, .samples = 8, .accuracy_at = {}};
  CHECK(text.str() == "50 % of 8 samples, loss 1.25");
}

TEST_CASE("Spike activity: rates and synaptic operations of a layer that always fires are exact [analysis]") {
  using Net =
      tet::Network<tet::Input<4, 4, 1>, tet::Conv2d<2, 3>, tet::Lif<>, tet::Conv2d<3, 3>, tet::Flatten, tet::Linear<3>>;
  tet::Model<Net, tet::Cpu> model{tet::Seed{1}};
  for (auto const& info : model.tensors()) {
    std::vector<float> const values(std::size_t(info.count), info.name == "0.bias" ? 5.0f : 0.0f);
    model.set(info, values);
  }
  tet::data::Frames const set(tet::Shape{4, 4, 1}, tet::Timesteps{3}, 3, std::vector<float>(2 * 3 * 16, 0.0f), {0, 1});
  auto const activity = tet::analysis::spike_activity(model, set, tet::Timesteps{3});
  CHECK(activity.rate() == 1.0);
  CHECK(activity.layers.at("1").spikes == 2 * 3 * 4 * 4 * 2);
  // A 3x3 kernel with padding on 4x4: 100 pairs of pixel and tap, for 2 inputs and 3 outputs, 3 timesteps.
  CHECK(activity.synaptic_operations_per_sample() == 100 * 2 * 3 * 3);
  CHECK(activity.multiply_accumulates_per_sample() == 3 * (4 * 4 * 9 * 2 + 4 * 4 * 3 * 3));
}

// SPDX-License-Identifier: MIT
#include <tests/inference/exact_network.hpp>
#include <tests/train/small_run.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>

namespace {

/// Samples in memory, each an image or a recording.
struct Samples {
  tet::Shape<3> extent;
  tet::Presentation kind;
  std::vector<float> values;
  std::vector<int> labels;
  tet::Index recorded;

  tet::Shape<3> shape() const { return extent; }
  tet::Index size() const { return tet::Index(labels.size()); }
  int classes() const { return 4; }
  tet::Presentation presentation() const { return kind; }
  tet::Index timesteps() const { return recorded; }
  int label(tet::Index i) const { return labels[std::size_t(i)]; }
  void sample(tet::Index i, tet::Timesteps steps, tet::data::Draw, std::span<float> to) const {
    tet::Index const frames = kind == tet::Presentation::repeated ? 1 : steps.value;
    std::copy_n(values.data() + i * recorded * extent.size(), frames * extent.size(), to.data());
  }
};

/// Engines of both precisions against their model on random samples; all see the same spikes and exact logits.
template <class Net>
void check_engines(tet::Seed seed) {
  using namespace tet;
  constexpr Index samples = 23, T = 5;
  auto model = test::exact_model<Net>(seed);
  for (Presentation const kind : {Presentation::repeated, Presentation::temporal}) {
    CAPTURE(int(kind));
    Index const recorded = kind == Presentation::repeated ? 1 : T;
    Samples set{Net::input_shape, kind, test::exact_input<Net>(seed, samples * recorded), {}, recorded};
    for (Index n = 0; n < samples; ++n) set.labels.push_back(int(n % 4));
    auto const want = evaluate(model, set, Timesteps{T}, {.batch_size = 6});
    REQUIRE(want.accuracy_at.size() == T);
    CHECK(want.accuracy > 0);
    CHECK(want.accuracy < 1);
    auto const check = [&](auto engine) {
      auto const got = evaluate(engine, set, Timesteps{T});
      CHECK(got.accuracy_at == want.accuracy_at);
      CHECK(got.accuracy == want.accuracy);
      CHECK(got.loss == doctest::Approx(want.loss).epsilon(1e-6));
      CHECK(got.samples == samples);
    };
    check(Inference<Net, Cpu, Float32>{model});
    check(Inference<Net, Cpu, Float32>{model, {.batch_size = 5, .timesteps_at_once = 2}});
    check(Inference<Net, Cpu, Int8>{model, {.batch_size = 64, .timesteps_at_once = 3}});
  }
}

}  // namespace

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

TEST_CASE("Evaluate: an engine has the model's accuracies at every t, where no rounding can flip a spike [evaluate]") {
  using Neuron = tet::test::OffGridLif<>;
  using Net = tet::Network<tet::Input<8, 8, 2>, tet::Conv2d<12, 3>, tet::BatchNorm<>, Neuron, tet::AvgPool2d<2>,
                           tet::Conv2d<16, 3>, tet::BatchNorm<>, Neuron, tet::Flatten, tet::Linear<4>>;
  // Rounded weights would leave the grid of exact_model.
  check_engines<tet::WithExactness<Net, tet::Exactness::winograd>>({71});
}

TEST_CASE("Evaluate: an engine without neurons has the model's accuracies at every t [evaluate]") {
  check_engines<tet::Network<tet::Input<4, 4, 1>, tet::Flatten, tet::Linear<4>>>({72});
}

TEST_CASE("Evaluate: an engine of a trained model classifies all samples as it does, but for one [evaluate]") {
  auto const set = small_run::frames();
  small_run::Model model{tet::Seed{3}};
  tet::Adam optimizer{model, {.learning_rate = 1e-2}};
  small_run::fit(model, optimizer, set, {});
  auto const want = tet::evaluate(model, set, tet::Timesteps{4});
  tet::Inference engine{model, tet::InferenceOptions{.batch_size = 7}};
  auto const got = tet::evaluate(engine, set, tet::Timesteps{4});
  REQUIRE(got.accuracy_at.size() == 4);
  // Membrane potentials within the rounding of their threshold may differ: room for one sample.
  for (std::size_t t = 0; t < 4; ++t)
    CHECK(std::abs(got.accuracy_at[t] - want.accuracy_at[t]) * double(small_run::samples) < 1.5);
}

TEST_CASE("Evaluate: an engine refuses what does not fit it, and says why [evaluate]") {
  tet::Inference engine{small_run::Model{tet::Seed{3}}};
  auto const message = [&](tet::data::Frames const& set, tet::Index timesteps, tet::EvaluateOptions options = {}) {
    try {
      tet::evaluate(engine, set, tet::Timesteps{timesteps}, options);
    } catch (std::invalid_argument const& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  auto const frames_of = [](tet::Index height, int classes, int label) {
    return tet::data::Frames(tet::Shape{height, 6, 2}, tet::Timesteps{1}, classes,
                             std::vector<float>(std::size_t(height * 12)), {label});
  };
  CHECK(message(small_run::frames(), 4) == "accepted");
  CHECK(message(small_run::frames(), 5) ==
        "tet: data::BatchOptions: timesteps: got 5, expected at most the 4 that the data set has recorded");
  CHECK(message(small_run::frames(), 4, {.batch_size = 0}) ==
        "tet: data::BatchOptions: batch_size: got 0, expected at least 1");
  CHECK(message(frames_of(5, 3, 0), 1) == "tet: input of a batch: got 60 values, expected 72 (1 frames of 72)");
  CHECK(message(frames_of(6, 4, 3), 1) == "tet: label 0 of a batch: got 3, expected 0 to 2");
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

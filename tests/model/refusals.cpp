// SPDX-License-Identifier: MIT
#include <tests/support/archetypes.hpp>
#include <tests/support/reference.hpp>
#include <tet/backend/cpu/primitives.hpp>
#include <tet/layer/layers.hpp>
#include <tet/loss/losses.hpp>
#include <tet/model/model.hpp>
#include <tet/neuron/neurons.hpp>
#include <tet/optim/sgd.hpp>
#include <tet/train/train_step.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tet;

namespace {

template <class Kind>
using Net = Network<Input<2, 2, 3, Kind>, Conv2d<4>, BatchNorm<>, Lif<>, Flatten, Linear<3>>;

template <class Kind>
Batch good_batch() {
  Batch batch{.values = {},
              .labels = {},
              .timesteps = 2,
              .batch_size = 2,
              .presentation = Presentation::temporal,
              .shape = {2, 2, 3}};
  batch.values.assign(2 * 2 * 12, 1.0f);
  batch.labels = {0, 2};
  return batch;
}

/// The message of the refusal of a batch; the model's parameters must be as before.
template <class Kind, class Change, class Exception = std::invalid_argument>
std::string refusal(Change const& change) {
  Model<Net<Kind>, Cpu> model{Seed{1}};
  Sgd optimizer{model};
  Batch batch = good_batch<Kind>();
  train_step(model, TetLoss{}, optimizer, batch);
  auto const before = model.parameter_storage().download();
  change(batch);
  auto const message = test::message_of<Exception>([&] { train_step(model, TetLoss{}, optimizer, batch); });
  CHECK(model.parameter_storage().download() == before);
  CHECK(optimizer.steps() == 1);
  return message;
}

struct Ignore {
  void spikes(std::string const&, Activation<Spike, float>) {}
  template <class View>
  void synapses(std::string const&, ConvGeometry const&, View) {}
};

struct InfiniteLoss {
  static constexpr char const* name = "infinite";
  template <class Scalar>
  TET_HD Scalar operator()(LossTerm<Scalar> const& term) const {
    return term.t == 1 ? std::numeric_limits<Scalar>::infinity() : Scalar(0);
  }
};

}  // namespace

TEST_CASE("Model: a batch of the wrong size is refused with both sizes [model]") {
  CHECK(test::mentions(refusal<Analog>([](Batch& b) { b.values.pop_back(); }), "got 47 values", "expected 48",
                       "4 frames of 12"));
  CHECK(test::mentions(refusal<Analog>([](Batch& b) { b.presentation = Presentation::repeated; }), "got 48 values",
                       "expected 24"));
  CHECK(test::mentions(refusal<Analog>([](Batch& b) { b.timesteps = 0; }), "timesteps", "got 0", "at least 1"));
  CHECK(test::mentions(refusal<Analog>([](Batch& b) { b.batch_size = 0, b.labels.clear(); }), "batch size", "got 0",
                       "at least 1"));
  Model<Net<Analog>, Cpu> model{Seed{1}};
  CHECK(test::mentions(test::message_of<std::invalid_argument>([&] { model.reserve(Timesteps{-1}, BatchSize{1}); }),
                       "timesteps", "-1"));
  CHECK(test::mentions(test::message_of<std::invalid_argument>([&] { model.reserve(Timesteps{1}, BatchSize{0}); }),
                       "batch size", "0"));
}

TEST_CASE("train_step: labels that do not fit are refused by position [model]") {
  CHECK(test::mentions(refusal<Analog>([](Batch& b) { b.labels[1] = 3; }), "label 1", "got 3", "0 to 2"));
  CHECK(test::mentions(refusal<Analog>([](Batch& b) { b.labels[0] = -1; }), "label 0", "got -1", "0 to 2"));
  CHECK(test::mentions(refusal<Analog>([](Batch& b) { b.labels.push_back(0); }), "labels of a batch", "got 3",
                       "2, one for each sample"));
}

TEST_CASE("Model: an input that its kind cannot hold is refused by position and value [model]") {
  float const bad = std::numeric_limits<float>::quiet_NaN();
  CHECK(test::mentions(refusal<Analog>([&](Batch& b) { b.values[17] = bad; }), "value 17", "nan", "analog"));
  CHECK(test::mentions(refusal<Spike>([](Batch& b) { b.values[5] = 0.5f; }), "value 5", "0.5", "spike"));
  CHECK(test::mentions(refusal<Graded<4, 4>>([](Batch& b) { b.values[7] = 0.3f; }), "value 7", "0.3", "graded"));
  CHECK(test::mentions(refusal<Graded<4, 4>>([](Batch& b) { b.values[8] = 1.25f; }), "value 8", "1.25", "graded"));
}

TEST_CASE("train_step: a loss that is not finite is a NumericError and leaves the parameters [model]") {
  Model<Net<Analog>, Cpu> model{Seed{1}};
  Sgd optimizer{model};
  Batch const batch = good_batch<Analog>();
  train_step(model, TetLoss{}, optimizer, batch);
  auto const before = model.parameter_storage().download();
  auto const message = test::message_of<NumericError>([&] { train_step(model, InfiniteLoss{}, optimizer, batch); });
  CHECK(test::mentions(message, "the loss is inf", "after 1 training steps", "learning rate"));
  CHECK(model.parameter_storage().download() == before);
  CHECK(optimizer.steps() == 1);
  model.parameters().values[0] = std::numeric_limits<float>::quiet_NaN();  // of a convolution: BatchNorm spreads it
  CHECK(test::message_of<NumericError>([&] { train_step(model, InfiniteLoss{}, optimizer, batch); }) != "");
}

TEST_CASE("Model: after a refusal the next good batch trains as if nothing had happened [model]") {
  Model<Net<Analog>, Cpu> model{Seed{1}}, untouched{Seed{1}};
  Sgd optimizer{model}, same{untouched};
  Batch const batch = good_batch<Analog>();
  Batch bad = batch;
  bad.values[3] = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(train_step(model, TetLoss{}, optimizer, bad), std::invalid_argument);
  train_step(model, TetLoss{}, optimizer, batch);
  train_step(untouched, TetLoss{}, same, batch);
  CHECK(model.parameter_storage().download() == untouched.parameter_storage().download());
  CHECK(model.statistic_storage().download() == untouched.statistic_storage().download());
  CHECK(model.batches_tracked() == untouched.batches_tracked());
}

TEST_CASE("Model: spike and graded inputs give what the same analog values give [model]") {
  auto const output = []<class Kind>(std::type_identity<Kind>, std::vector<double> const& x) {
    Model<Net<Kind>, Cpu, double> model{Seed{3}};
    auto const out =
        model.forward(InputBatch<double>{x, Timesteps{3}, BatchSize{2}, Presentation::temporal}, Mode::training);
    return std::vector<double>(out.data, out.data + out.timesteps * out.batch * out.size);
  };
  auto const bits = test::random_multiples({181}, 0, 72, 0, 1, 1),
             quarters = test::random_multiples({181}, 1, 72, 0, 1, 0.25);
  CHECK(test::relative_error(output(std::type_identity<Spike>{}, bits), output(std::type_identity<Analog>{}, bits)) <=
        1e-12);
  CHECK(test::relative_error(output(std::type_identity<Graded<4, 4>>{}, quarters),
                             output(std::type_identity<Analog>{}, quarters)) <= 1e-12);
}

TEST_CASE("Model and train_step: they ask no more of a neuron and a loss than their concepts say [model]") {
  using Archetypes = Network<Input<2, 2, 3>, Conv2d<4>, BatchNorm<>, test::NeuronArchetype, Flatten, Linear<3>,
                             test::NeuronArchetype, Linear<2>>;
  Model<Archetypes, Cpu> model{Seed{1}};
  Sgd optimizer{model};
  Batch batch = good_batch<Analog>();
  batch.labels = {0, 1};
  CHECK(train_step(model, test::LossArchetype{}, optimizer, batch).samples == 2);
  using OfSurrogate = Network<Input<2, 2, 3>, Flatten, Lif<LifConfig{}, test::SurrogateArchetype>, Linear<2>>;
  Model<OfSurrogate, Cpu> other{Seed{1}};
  CHECK(compute_gradients(other, TetLoss{}, batch).samples == 2);
}

TEST_CASE("Model: backward uses up what forward kept, and a second use of it is refused [model]") {
  Model<Net<Analog>, Cpu> model{Seed{1}};
  Ignore ignore;
  auto const backward = [&] { return test::message_of<std::logic_error>([&] { model.backward(); }); };
  CHECK(test::mentions(backward(), "Model::backward", "forward call before it"));
  Batch const batch = good_batch<Analog>();
  model.forward(detail::input_of(batch), Mode::training);
  model.visit_signals(ignore);
  compute_gradients(model, TetLoss{}, batch);
  CHECK(test::mentions(backward(), "Model::backward", "forward call before it"));
  CHECK(
      test::mentions(test::message_of<std::logic_error>([&] { model.visit_signals(ignore); }), "Model::visit_signals"));
}

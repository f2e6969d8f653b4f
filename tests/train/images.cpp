// SPDX-License-Identifier: MIT

// fit and evaluate take images as bytes; results are those of a set that gives values alone, to the bit.

#include <tests/support/reference.hpp>
#include <tests/train/small_run.hpp>
#include <tet/data/subset.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

namespace {

using namespace tet;

/// A data set without its bytes.
template <data::Dataset Set>
struct ValuesOnly {
  Set set;

  Index size() const { return set.size(); }
  int classes() const { return set.classes(); }
  Shape<3> shape() const { return set.shape(); }
  Presentation presentation() const { return set.presentation(); }
  Index timesteps() const { return set.timesteps(); }
  int label(Index i) const { return set.label(i); }
  void sample(Index i, Timesteps timesteps, data::Draw draw, std::span<float> out) const {
    set.sample(i, timesteps, draw, out);
  }
};
static_assert(!data::ByteDataset<ValuesOnly<data::Images>>);

data::Images images(Shape<3> shape, data::Normalization const& normalization) {
  std::vector<std::uint8_t> pixels;
  std::vector<int> labels;
  for (int n = 0; n < 22; ++n) {
    labels.push_back(n % 3);
    for (Index k = 0; k < shape.size(); ++k) pixels.push_back(std::uint8_t(n * 57 + int(k) * (n % 3 + 1) * 31));
  }
  return data::Images(shape, 3, pixels, labels, normalization);
}

template <class Net>
std::vector<float> run(auto const& train, auto const& test, data::Mix const& mix) {
  Model<Net, Cpu> model{Seed{3}};
  Adam optimizer{model};
  FitOptions const options{.batch_size = 4, .seed = Seed{9}, .mix = mix, .progress = ProgressOutput::none};
  auto const result = fit(model, optimizer, train, test, options, CosineSchedule{},
                          TrainingStage<TetLoss>{.epochs = 2, .timesteps = {2}, .reestimate_batches = 2},
                          TrainingStage{1, Timesteps{3}, SdtLoss{}});
  Inference<Net, Cpu> engine{model, {.batch_size = 5, .timesteps_at_once = 2}};
  auto const e = evaluate(engine, test, Timesteps{5});
  std::vector<float> all = model.parameter_storage().download();
  for (float const v : model.statistic_storage().download()) all.push_back(v);
  for (EpochMetrics const& row : result.epochs)
    for (double const v : {row.train_loss, row.test_loss, row.test_accuracy}) all.push_back(float(v));
  for (double const v : {e.loss, e.accuracy}) all.push_back(float(v));
  return all;
}

template <class Net>
void check(data::Images const& plain, data::Mix const& mix = {}) {
  auto const train = plain.augmented(
      {.crop_padding = 2, .flip = data::Flip::horizontal, .policy = data::Policy::cifar10, .cutout = 3});
  CHECK((detail::image_form<Model<Net, Cpu>>(train) == ImageForm::bytes) == (Net::input_shape == train.shape()));
  auto const want = run<Net>(ValuesOnly<data::Images>{train}, ValuesOnly<data::Images>{plain}, mix);
  CHECK(run<Net>(train, plain, mix) == want);
  CHECK(run<Net>(data::AnyDataset(train), data::Subset(plain, 0, 22), mix) == want);
}

template <class Input>
using Net = Network<Input, Conv2d<5>, BatchNorm<>, Lif<>, Flatten, Linear<3>>;
template <class Input>
using FlatNet = Network<Input, Flatten, Linear<8>, BatchNorm<>, Lif<>, Linear<3>>;

}  // namespace

TEST_CASE("Fit: images as bytes train and evaluate in the bits of values [fit]") {
  check<Net<Input<6, 5, 3>>>(images({6, 5, 3}, {{0.4f, 0.5f, 0.6f}, {0.2f, 0.3f, 0.25f}}));
  check<Net<Input<7, 7, 1>>>(images({7, 7, 1}, {{0.5f}, {0.3f}}));
}

TEST_CASE("Fit: images of another shape than the network's, and mixed ones, train as values [fit]") {
  auto const set = images({6, 5, 3}, {{0.4f, 0.5f, 0.6f}, {0.2f, 0.3f, 0.25f}});
  check<FlatNet<Input<1, 1, 90>>>(set);
  check<Net<Input<6, 5, 3>>>(set, {.mixup = 0.5, .cutmix = 1, .probability = 0.7});
}

TEST_CASE("train_step: images as bytes that do not fit are refused [train]") {
  using SmallNet = Net<Input<6, 5, 3>>;
  auto const set = images({6, 5, 3}, {{0.4f, 0.5f, 0.6f}, {0.2f, 0.3f, 0.25f}});
  Batch const good = *data::BatchStream(set, {.batch_size = 4, .timesteps = {2}, .images = ImageForm::bytes}).next();
  Model<SmallNet, Cpu> model{Seed{3}};
  Inference<SmallNet, Cpu> engine{model, {.batch_size = 4}};
  Sgd optimizer{model};
  auto const refusal = [&](auto const& change) {
    Batch batch = good;
    change(batch);
    auto const message =
        test::message_of<std::invalid_argument>([&] { train_step(model, TetLoss{}, optimizer, batch); });
    CHECK(test::message_of<std::invalid_argument>([&] { engine.run(detail::input_of(batch)); }) == message);
    return message;
  };
  CHECK(test::mentions(refusal([](Batch& b) { b.images.pixels.pop_back(); }), "bytes of pixels", "got 359", "360"));
  CHECK(test::mentions(refusal([](Batch& b) { b.images.placements.pop_back(); }), "placements", "got 3", "expected 4"));
  CHECK(test::mentions(refusal([](Batch& b) { b.images.values.pop_back(); }), "values of bytes", "got 767", "768"));
  CHECK(test::mentions(refusal([](Batch& b) { b.images.values[300] = INFINITY; }), "byte 44", "inf", "finite"));
  CHECK(test::mentions(refusal([](Batch& b) { b.shape = {5, 6, 3}; }), "4 of (5, 6, 3)", "4 of (6, 5, 3)"));
  CHECK(test::mentions(refusal([](Batch& b) { b.values.resize(360); }), "bytes and values", "one of them"));
  CHECK(test::mentions(refusal([](Batch& b) { b.presentation = Presentation::temporal; }), "at every timestep"));
  CHECK(test::mentions(refusal([](Batch& b) { b.images = {}; }), "got 0 values", "expected 360"));
  CHECK(optimizer.steps() == 0);
  CHECK(train_step(model, TetLoss{}, optimizer, good).samples == 4);
}

TEST_CASE("train_step: images as bytes for an input of spikes are checked as values are [train]") {
  using SpikeNet = Net<Input<6, 5, 3, Spike>>;
  std::vector<std::uint8_t> pixels;
  for (int k = 0; k < 4 * 90; ++k) pixels.push_back(k % 7 < 3 ? 255 : 0);
  auto const batch_of = [&](ImageForm form) {
    data::Images const set({6, 5, 3}, 3, pixels, {0, 1, 2, 0}, {{0, 0, 0}, {1, 1, 1}});
    return *data::BatchStream(set, {.batch_size = 4, .timesteps = {2}, .images = form}).next();
  };
  Model<SpikeNet, Cpu> of_bytes{Seed{3}}, of_values{Seed{3}};
  Sgd optimizer{of_bytes}, values_optimizer{of_values};
  train_step(of_bytes, TetLoss{}, optimizer, batch_of(ImageForm::bytes));
  train_step(of_values, TetLoss{}, values_optimizer, batch_of(ImageForm::values));
  CHECK(of_bytes.parameter_storage().download() == of_values.parameter_storage().download());
  pixels[200] = 51;
  auto const message = test::message_of<std::invalid_argument>(
      [&] { train_step(of_bytes, TetLoss{}, optimizer, batch_of(ImageForm::bytes)); });
  CHECK(test::mentions(message, "value 200", "0.2", "spike"));
}

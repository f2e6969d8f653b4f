// SPDX-License-Identifier: MIT
#include <tests/inference/exact_network.hpp>

#include <doctest/doctest.h>
#include <oneapi/tbb/global_control.h>

#include <limits>
#include <stdexcept>

using namespace tet;

namespace {

using Block = Sequential<Conv2d<24>, BatchNorm<>, Lif<>>;
using Net = Network<Input<20, 20, 2>, Block, Residual<Sequential<Conv2d<24>, BatchNorm<>>>, Lif<>, AvgPool2d<2>, Block,
                    Flatten, Linear<10>>;
using Small = Network<Input<2, 2, 3>, Conv2d<4>, BatchNorm<>, Lif<>, Flatten, Linear<3>>;
using Spikes = Network<Input<2, 2, 3, Spike>, Conv2d<4>, BatchNorm<>, Lif<>, Flatten, Linear<3>>;

/// A model with statistics of its own input, so that its neurons fire as trained ones do. No margins: spikes may flip
/// between kernels.
template <class Net>
Model<Net, Cpu> settled_model(Seed seed) {
  Model<Net, Cpu> model{seed};
  auto const x = test::exact_input<Net>(seed, 16);
  for (int i = 0; i < 20; ++i)
    model.forward(InputBatch<float>{x, Timesteps{4}, BatchSize{4}, Presentation::temporal}, Mode::training);
  return model;
}

std::vector<float> copy(std::span<float const> values) { return {values.begin(), values.end()}; }

/// Every logit of two sequences.
template <class Precision>
std::vector<float> outputs(Model<Net, Cpu> const& model, int threads, Index B) {
  Inference<Net, Cpu, Precision> engine{model, {.batch_size = B, .timesteps_at_once = 3}, Cpu(threads)};
  auto const x = test::exact_input<Net>({332}, 5 * B);
  std::vector<float> all = copy(engine.run(InputBatch<float>{x, Timesteps{5}, BatchSize{B}, Presentation::temporal}));
  std::span<float const> const image(x.data(), std::size_t(B * Net::input_shape.size()));
  for (int t = 0; t < 3; ++t)
    for (float const logit : engine.step(image).logits) all.push_back(logit);
  return all;
}

template <class Precision>
void check_threads() {
  // Two workers even where there is one core.
  oneapi::tbb::global_control const two(oneapi::tbb::global_control::max_allowed_parallelism, 2);
  auto const model = settled_model<Net>({331});
  for (Index const B : {1, 3}) {
    auto const want = outputs<Precision>(model, 1, B);
    for (int repeat = 0; repeat < 10; ++repeat) CHECK(outputs<Precision>(model, 2, B) == want);
  }
}

}  // namespace

TEST_CASE("Inference: one and two threads give the same bits [inference]") {
  check_threads<Float32>();
  check_threads<Int8>();
}

TEST_CASE("Inference: one timestep at once and steps give the same bits [inference]") {
  auto const model = settled_model<Net>({333});
  auto const x = test::exact_input<Net>({334}, 5);
  Inference engine{model, InferenceOptions{.timesteps_at_once = 1}};
  auto const whole = copy(engine.run(InputBatch<float>{x, Timesteps{5}, BatchSize{1}, Presentation::temporal}));
  std::vector<float> stepped;
  for (std::size_t t = 0; t < 5; ++t) stepped = copy(engine.step(std::span(x).subspan(t * 800, 800)).mean);
  CHECK(stepped == whole);
}

TEST_CASE("Inference: with Int8 any number of timesteps at once gives the same bits [inference]") {
  auto const model = settled_model<Net>({341});
  auto const x = test::exact_input<Net>({342}, 7);
  InputBatch<float> const batch{x, Timesteps{7}, BatchSize{1}, Presentation::temporal};
  Inference<Net, Cpu, Int8> one{model, {.timesteps_at_once = 1}};
  auto const want = copy(one.run(batch));
  for (Index const at_once : {2, 4, 7, 9}) {
    Inference<Net, Cpu, Int8> engine{model, {.timesteps_at_once = at_once}};
    CHECK(copy(engine.run(batch)) == want);
  }
}

TEST_CASE("Inference: sequences do not reach each other [inference]") {
  auto const model = settled_model<Net>({335});
  auto const x = test::exact_input<Net>({336}, 8);
  InputBatch<float> const batch{x, Timesteps{4}, BatchSize{2}, Presentation::temporal};
  std::span<float const> const frame(x.data(), 1600);
  Inference engine{model, InferenceOptions{.batch_size = 2}};
  auto const first = copy(engine.run(batch)), again = copy(engine.run(batch));
  CHECK(first == again);
  auto const step = copy(engine.step(frame).logits);  // after a run a new sequence begins
  engine.reset();
  CHECK(copy(engine.step(frame).logits) == step);
  CHECK(copy(engine.step(frame).logits) != step);
  CHECK(engine.steps().value == 2);
  engine.show(frame);
  CHECK(engine.steps().value == 0);
  CHECK(copy(engine.step().logits) == step);
  CHECK(copy(engine.run(batch)) == first);
}

TEST_CASE("Inference: a batch smaller than the engine's gives what its samples give [inference]") {
  auto const model = settled_model<Net>({337});
  auto const x = test::exact_input<Net>({338}, 3);
  Inference large{model, InferenceOptions{.batch_size = 5, .timesteps_at_once = 1}},
      one{model, InferenceOptions{.timesteps_at_once = 1}};
  auto const mean = copy(large.run(InputBatch<float>{x, Timesteps{4}, BatchSize{3}, Presentation::repeated}));
  for (std::size_t b = 0; b < 3; ++b) {
    std::span<float const> const image(x.data() + b * 800, 800);
    auto const alone = one.run(InputBatch<float>{image, Timesteps{4}, BatchSize{1}, Presentation::repeated});
    CHECK(test::relative_error(std::span(mean).subspan(b * 10, 10), alone) <= 1e-5);
  }
}

TEST_CASE("Inference: what does not fit is refused with what was got and expected [inference]") {
  Model<Small, Cpu> model{Seed{1}};
  auto const refusal = [](auto const& call) { return test::message_of<std::invalid_argument>(call); };
  CHECK(test::mentions(refusal([&] { Inference(model, InferenceOptions{.batch_size = 0}); }), "batch size", "got 0",
                       "at least 1"));
  CHECK(test::mentions(refusal([&] { Inference(model, InferenceOptions{.timesteps_at_once = 0}); }),
                       "timesteps at once", "got 0"));

  Inference engine{model, InferenceOptions{.batch_size = 2}};
  std::vector<float> x(24, 1.0f);
  auto const run = [&](Index T, Index B, Presentation presentation) {
    return refusal([&] { engine.run(InputBatch<float>{x, Timesteps{T}, BatchSize{B}, presentation}); });
  };
  CHECK(test::mentions(run(0, 2, Presentation::repeated), "timesteps", "got 0", "at least 1"));
  CHECK(test::mentions(run(1, 3, Presentation::repeated), "batch size", "got 3", "1 to 2"));
  CHECK(test::mentions(run(3, 2, Presentation::temporal), "got 24 values", "expected 72", "6 frames of 12"));
  CHECK(test::mentions(refusal([&] { engine.step(std::vector<float>(12)); }), "got 12 values", "expected 24"));
  CHECK(test::mentions(refusal([&] { engine.step(); }), "no image shown", "show(image)"));
  x[17] = std::numeric_limits<float>::quiet_NaN();
  CHECK(test::mentions(refusal([&] { engine.step(x); }), "value 17", "nan", "analog"));

  Model<Spikes, Cpu> const spikes{Seed{1}};
  Inference counts{spikes};
  x.assign(36, 1.0f);
  x[30] = 0.5f;  // in the third timestep
  CHECK(test::mentions(refusal([&] {
                         counts.run(InputBatch<float>{x, Timesteps{3}, BatchSize{1}, Presentation::temporal});
                       }),
                       "value 30", "0.5", "spike"));
}

TEST_CASE("Inference: a refused frame leaves the sequence as it was [inference]") {
  Model<Small, Cpu> const model{Seed{3}};
  auto const x = test::exact_input<Small>({339}, 2);
  std::span<float const> const a(x.data(), 12), b(x.data() + 12, 12);
  Inference engine{model}, untouched{model};
  engine.step(a), untouched.step(a);
  std::vector<float> bad(a.begin(), a.end());
  bad[3] = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(engine.step(bad), std::invalid_argument);
  CHECK(copy(engine.step(b).mean) == copy(untouched.step(b).mean));
}

TEST_CASE("Inference: parameters that are not finite are refused by name [inference]") {
  Model<Small, Cpu> model{Seed{1}};
  for (auto const& info : model.tensors())
    if (info.name == "1.running_var")
      model.set(info, std::vector<float>{1, std::numeric_limits<float>::infinity(), 1, 1});
  CHECK(test::mentions(test::message_of<NumericError>([&] { Inference engine{model}; }), "1.running_var", "inf",
                       "finite"));
}

TEST_CASE("Inference: later training does not reach an engine [inference]") {
  Model<Small, Cpu> model{Seed{1}};
  auto const x = test::exact_input<Small>({340}, 1);
  Inference engine{model};
  auto const before = copy(engine.step(x).logits);
  model.parameter_storage().clear();
  engine.reset();
  CHECK(copy(engine.step(x).logits) == before);
}

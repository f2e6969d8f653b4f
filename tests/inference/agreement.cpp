// SPDX-License-Identifier: MIT
#include <tests/inference/exact_network.hpp>
#include <tests/support/adaptive_lif.hpp>

#include <doctest/doctest.h>

using namespace tet;

namespace {

using Neuron = test::OffGridLif<>;
template <Index Channels, class N = Neuron>
using Block = Sequential<Conv2d<Channels, 3>, BatchNorm<>, N>;

/// Every layer that a network can contain, and every way that an engine takes a BatchNorm.
using Vgg = Network<Input<10, 10, 2>, Block<20>, Block<24>, AvgPool2d<2>, Block<32>, Flatten, Linear<10>>;
using Wide = Network<Input<24, 24, 2>, Block<16>, Block<32>, AvgPool2d<2>, Block<16>, Flatten, Linear<4>>;
using Residuals =
    Network<Input<8, 8, 3>, Conv2d<6, ConvOptions{.bias = Bias::none}>, BatchNorm<>, Neuron,
            Residual<Sequential<Conv2d<6>, BatchNorm<>, Neuron, Conv2d<6>, BatchNorm<>>>, Neuron,
            Residual<Sequential<Conv2d<9, ConvOptions{.stride = 2}>, BatchNorm<>, Neuron, Conv2d<9>, BatchNorm<>>,
                     Sequential<Conv2d<9, ConvOptions{.kernel = 1, .stride = 2}>, BatchNorm<>>>,
            Neuron, GlobalAvgPool, Linear<8>, Neuron, Linear<5>>;
using Affine = Network<Input<8, 8, 2>, Conv2d<5>, BatchNorm<>, BatchNorm<>, Neuron, AvgPool2d<2>, BatchNorm<>, Neuron,
                       Conv2d<70>, AvgPool2d<2>, BatchNorm<>, Flatten, Linear<6>, BatchNorm<>, Neuron, Linear<3>>;
using Spiking = Network<Input<9, 7, 5, Spike>, Block<70>, Conv2d<8, ConvOptions{.kernel = 5, .padding = 0}>, Neuron,
                        Flatten, Linear<33>, Neuron, Linear<4>>;
using Counts = Network<Input<6, 6, 3, Graded<4, 4>>, Block<8>, Flatten, Linear<4>>;
using UserNeuron = Network<Input<8, 8, 2>, Block<8, test::AdaptiveLif<LifConfig{.threshold = test::off_grid}>>,
                           Block<8, test::OffGridLif<Reset::soft>>, Flatten, Linear<4>>;
using Dense = Network<Input<3, 3, 2>, Conv2d<4>, BatchNorm<>, Flatten, Linear<7>, BatchNorm<>, Linear<3>>;
using EarlyResidual =
    Network<Input<6, 6, 2>, Conv2d<4>, Residual<Sequential<Neuron, Conv2d<4>>, Sequential<Conv2d<4, 1>, BatchNorm<>>>,
            BatchNorm<>, Neuron, Flatten, Linear<3>>;

/// Max pooling of analog values, of spikes (with overlap and padding), and of counts.
using MaxPools = Network<Input<12, 12, 2>, MaxPool2d<MaxPoolOptions{.kernel = 2, .stride = 1}>, Block<70>,
                         MaxPool2d<MaxPoolOptions{.kernel = 3, .stride = 2, .padding = 1}>, Block<20>, AvgPool2d<2>,
                         MaxPool2d<MaxPoolOptions{.kernel = 2, .stride = 1}>, Flatten, Linear<5>>;

/// Blocks of SEW-ResNet, with counts that grow; the first shortcut is the input itself.
template <Join join>
using Joins = Network<Input<8, 8, 3, Spike>, SpikeJoin<join, Block<3>>,
                      SpikeJoin<join, Sequential<Conv2d<9, ConvOptions{.stride = 2}>, BatchNorm<>, Neuron>,
                                Sequential<Conv2d<9, ConvOptions{.kernel = 1, .stride = 2}>, BatchNorm<>, Neuron>>,
                      SpikeJoin<join, Block<9>>, GlobalAvgPool, Linear<5>>;

constexpr double tolerance = 1e-5;  // of the largest logit

/// Silent neurons would agree as well: in each layer some fire and some do not.
template <class Net>
void check_lively(Model<Net, Cpu>& model) {
  analysis::SpikeActivity activity;
  analysis::add_last_call(model, activity);
  for (auto const& [place, layer] : activity.layers) {
    CAPTURE(place);
    CHECK(layer.spikes > 0);
    CHECK(layer.rate() < 0.99);
  }
}

/// One sequence through `run`, `step`, and, for an image, `show`.
template <class Precision, class Net>
void check(Seed seed, Index T, Index B, Presentation presentation, Index at_once, double bias) {
  CAPTURE(T);
  CAPTURE(B);
  CAPTURE(at_once);
  CAPTURE(int(presentation));
  auto model = test::exact_model<Net>(seed, bias);
  bool const repeated = presentation == Presentation::repeated;
  auto const values = test::exact_input<Net>(seed, repeated ? B : T * B);
  InputBatch<float> const batch{values, Timesteps{T}, BatchSize{B}, presentation};
  auto const want = test::model_outputs(model, batch);
  check_lively(model);

  Inference<Net, Cpu, Precision> engine{model, {.batch_size = B, .timesteps_at_once = at_once}};
  auto const mean = engine.run(batch);
  CHECK(test::relative_error(std::vector<float>(mean.begin(), mean.end()), test::mean_of(want, want.size())) <=
        tolerance);
  CHECK(engine.steps().value == T);

  std::size_t const frame = std::size_t(B * Net::input_shape.size());
  for (int sequence = 0; sequence < 2; ++sequence) {
    engine.reset();
    if (repeated) engine.show(values);
    for (std::size_t t = 0; t < std::size_t(T); ++t) {
      CAPTURE(t);
      auto const out = repeated && sequence == 0
                           ? engine.step()
                           : engine.step(std::span(values).subspan(repeated ? 0 : t * frame, frame));
      CHECK(test::relative_error(out.logits, want[t]) <= tolerance);
      CHECK(test::relative_error(out.mean, test::mean_of(want, t + 1)) <= tolerance);
    }
  }
}

template <class Net, class Precision>
void check_extents(Seed seed, double bias) {
  CAPTURE(Precision::name);
  check<Precision, Net>(seed, 1, 1, Presentation::temporal, 1, bias);
  check<Precision, Net>(seed, 4, 1, Presentation::temporal, 4, bias);
  check<Precision, Net>(seed, 4, 3, Presentation::temporal, 3, bias);
  check<Precision, Net>(seed, 3, 2, Presentation::repeated, 1, bias);
  check<Precision, Net>(seed, 4, 1, Presentation::repeated, 2, bias);
}

template <class Net>
void check_all(Seed seed, double bias = 0) {
  using Exact = WithExactness<Net, Exactness::winograd>;  // rounded weights would leave the grid of exact_model
  check_extents<Exact, Float32>(seed, bias);
  check_extents<Exact, Int8>(seed, bias);
}

}  // namespace

TEST_CASE("Inference: convolutions with BatchNorm and neurons give the model's outputs [inference]") {
  check_all<Vgg>({301});
  check_all<Spiking>({302});
  check_all<Counts>({303});
}

TEST_CASE("Inference: busy layers on wide maps give the model's outputs [inference]") {
  check_all<Wide>({304}, 0.0);
  check_all<Wide>({305}, 0.5);  // busy enough for Winograd
}

TEST_CASE("Inference: residual branches give the model's outputs [inference]") {
  check_all<Residuals>({306}, 0.5);
  check_all<EarlyResidual>({307});
}

TEST_CASE("Inference: a BatchNorm without synapses before it gives the model's outputs [inference]") {
  check_all<Affine>({308}, 0.25);
}

TEST_CASE("Inference: max pooling gives the model's outputs [inference]") { check_all<MaxPools>({313}); }

TEST_CASE("Inference: joins of spikes give the model's outputs [inference]") {
  check_all<Joins<Join::add>>({314}, 0.5);
  check_all<Joins<Join::logical_and>>({315}, 0.5);
  check_all<Joins<Join::inverted_and>>({316});
}

TEST_CASE("Inference: neurons with parameters and state of their own give the model's outputs [inference]") {
  check_all<UserNeuron>({309});
}

TEST_CASE("Inference: a network without neurons gives the model's outputs [inference]") { check_all<Dense>({310}); }

TEST_CASE("Inference: any weights give the model's outputs where there are no neurons [inference]") {
  Model<Dense, Cpu> model{Seed{311}};
  std::vector<float> const x = test::random_values<float>({312}, 0, 4 * 5 * 18, -1, 1);
  for (int i = 0; i < 10; ++i)
    model.forward(InputBatch<float>{x, Timesteps{4}, BatchSize{5}, Presentation::temporal}, Mode::training);
  InputBatch<float> const batch{x, Timesteps{4}, BatchSize{5}, Presentation::temporal};
  auto const want = test::model_outputs(model, batch);
  Inference engine{model, InferenceOptions{.batch_size = 5}};
  auto const mean = engine.run(batch);
  CHECK(test::relative_error(mean, test::mean_of(want, 4)) <= tolerance);
}

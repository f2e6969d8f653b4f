// SPDX-License-Identifier: MIT
#include <tests/support/reference.hpp>
#include <tet/backend/cpu/primitives.hpp>
#include <tet/layer/layers.hpp>
#include <tet/model/describe.hpp>
#include <tet/neuron/neurons.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace tet;

using Block = Sequential<Conv2d<16>, BatchNorm<>, Lif<>>;
using Net = Network<Input<12, 12, 2>, Block, Residual<Sequential<Conv2d<16>, BatchNorm<>>, Conv2d<16, 1>>, Lif<>,
                    AvgPool2d<2>, Flatten, Linear<5>>;
using Exact = WithExactness<Net, Exactness::direct>;

constexpr Timesteps T{2};
constexpr BatchSize B{3};

InputBatch<float> batch(std::vector<float> const& values) { return {values, T, B, Presentation::temporal}; }

std::vector<float> random_frames() {
  return test::random_values<float>({91}, 0, std::size_t(T.value * B.value * Net::input_shape.size()), -1, 2);
}

template <class Network>
LayerRow row(std::string const& place) {
  auto const rows = layer_rows<Network, Cpu>(T, B);
  return *std::find_if(rows.begin(), rows.end(), [&](LayerRow const& r) { return r.place == place; });
}

}  // namespace

TEST_CASE("describe: the rows of synapses carry the rules of their three passes [model]") {
  auto const spiking = row<Net>("1.main.0").choice;
  REQUIRE(spiking);
  CHECK(spiking->forward.dense == ConvAlgorithm::winograd);
  CHECK(spiking->forward.spikes_up_to > 0);
  CHECK(spiking->input_gradient == ConvAlgorithm::winograd);
  CHECK(row<Net>("0.0").choice == ConvChoice{});  // analog input of two channels: direct
  CHECK(row<Net>("5").choice->input_gradient == ConvAlgorithm::product);
  CHECK_FALSE(row<Net>("0.1").choice);
  CHECK_FALSE(row<Net>("1").choice);
}

TEST_CASE("describe: the table says the rules in lines of at most 120 characters [model]") {
  std::string const text = describe<Net, Cpu>(T, B);
  std::string const rule = detail::rule_text(row<Net>("1.main.0").choice->forward);
  CHECK(test::mentions(rule, "spikes <= ", " %, else Winograd"));
  CHECK(test::mentions(text, "synapses", "weight gradient", "input gradient", rule, "product"));
  CHECK_FALSE(test::mentions(describe<Exact, Cpu>(T, B), "Winograd"));
  CHECK(test::mentions(describe<Net, Cpu, double>(T, B), "plain"));
  std::istringstream lines(text);
  std::string needs = "a training step";
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with(needs)) CHECK(line.size() <= 120);
}

TEST_CASE("WithExactness: every convolution is direct, tensors stay the same [model]") {
  for (LayerRow const& r : layer_rows<Exact, Cpu>(T, B)) {
    CAPTURE(r.place);
    if (!r.choice) continue;
    CHECK(r.choice->forward.dense != ConvAlgorithm::winograd);
    CHECK(r.choice->weight_gradient.dense != ConvAlgorithm::winograd);
    CHECK(r.choice->input_gradient != ConvAlgorithm::winograd);
  }
  // No option turns rounding off in a Linear.
  static_assert(Linear<5>::geometry<Signal<Shape{4, 4, 3}, Spike>>(1).exactness != Exactness::rounded);
  static_assert(std::is_same_v<WithExactness<Exact, Exactness::winograd>, WithExactness<Net, Exactness::winograd>>);
  static_assert(std::is_same_v<WithExactness<Lif<>, Exactness::direct>, Lif<>>);
  Model<Net, Cpu> const model{Seed{1}};
  Model<Exact, Cpu> const exact{Seed{1}};
  auto const tensors = model.tensors(), same = exact.tensors();
  REQUIRE(tensors.size() == same.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    CHECK(tensors[i].name == same[i].name);
    CHECK(tensors[i].shape == same[i].shape);
    if (tensors[i].role != TensorRole::counter) CHECK(model.get(tensors[i]) == exact.get(same[i]));
  }
}

TEST_CASE("last_choices: the rules at the densities of the last call [model]") {
  Model<Net, Cpu> model{Seed{1}};
  auto const refused = [&] { return test::message_of<std::logic_error>([&] { last_choices(model); }); };
  CHECK(test::mentions(refused(), "forward call before it"));
  auto const values = random_frames();
  // BatchNorm's shift silences the first neurons, or makes all of them fire.
  auto const shift = [&](float value) {
    for (TensorInfo const& info : model.tensors())
      if (info.name == "0.1.bias") model.set(info, std::vector<float>(std::size_t(info.count), value));
  };
  shift(-100);
  model.forward(batch(values), Mode::training);
  auto const silent = last_choices(model);
  REQUIRE(silent.size() == 4);
  CHECK(silent[0].place == "0.0");
  CHECK(silent[0].density == 1);
  CHECK(silent[1].place == "1.main.0");
  CHECK(silent[1].density == 0);
  CHECK(silent[1].forward == ConvAlgorithm::spikes);
  CHECK(silent[1].weight_gradient == ConvAlgorithm::spikes);
  shift(100);
  model.forward(batch(values), Mode::training);
  auto const loud = last_choices(model);
  CHECK(loud[1].density == 1);
  CHECK(loud[1].added == 0.5);  // two timesteps that are alike
  CHECK(loud[1].forward == ConvAlgorithm::winograd);
  CHECK(loud[1].weight_gradient == ConvAlgorithm::winograd);
  CHECK(loud[2].place == "1.shortcut");
  CHECK(loud[2].forward == ConvAlgorithm::spikes);  // of half its inputs
  CHECK(test::mentions(describe_last_call(model), "1.main.0", "100.0 %", "50.0 %", "Winograd"));
  model.reserve(Timesteps{8}, BatchSize{16});
  CHECK(test::mentions(refused(), "forward call before it"));
}

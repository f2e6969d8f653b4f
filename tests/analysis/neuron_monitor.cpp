// SPDX-License-Identifier: MIT
#include <tests/train/small_run.hpp>

#include <tet/analysis/neuron_monitor.hpp>
#include <tet/analysis/spike_activity.hpp>
#include <tet/data/subset.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace analysis = tet::analysis;

namespace {

/// Three neurons, each with a constant input of its own whatever the data: 0, 5 and 0.6.
using Net = tet::Network<tet::Input<1, 1, 1>, tet::Conv2d<3, 1>, tet::Lif<>, tet::Flatten, tet::Linear<2>>;

tet::Model<Net, tet::Cpu> three_neurons() {
  tet::Model<Net, tet::Cpu> model{tet::Seed{1}};
  for (tet::TensorInfo const& info : model.tensors()) {
    std::vector<float> values(std::size_t(info.count), 0.0f);
    if (info.name == "0.bias") values = {0, 5, 0.6f};
    model.set(info, values);
  }
  return model;
}

/// Counts the spikes of each neuron of a layer of 6 pixels and 70 channels.
struct SpikesOfNeurons {
  std::vector<int> counts = std::vector<int>(6 * 70);

  void spikes(std::string const&, tet::Activation<tet::Spike, float> const& s) {
    for (tet::Index p = 0; p < s.pixels; ++p)
      for (tet::Index c = 0; c < 70; ++c) counts[std::size_t(p % 6 * 70 + c)] += int(s.value(p, c));
  }
  template <class X>
  void synapses(std::string const&, tet::ConvGeometry const&, X const&) {}
};

tet::data::Frames two_samples() {
  return {tet::Shape{1, 1, 1}, tet::Timesteps{3}, 2, std::vector<float>(6, 0.0f), {0, 1}};
}

}  // namespace

TEST_CASE("Spike activity: hand-worked rates of each timestep, operations of each layer, and energy [analysis]") {
  // tau 0.5, threshold 1: the third neuron reaches 0.6, 0.9, 1.05 and spikes at the third timestep.
  auto model = three_neurons();
  auto const activity = analysis::spike_activity(model, two_samples(), tet::Timesteps{3}, 1);
  auto const& layer = activity.layers.at("1");
  CHECK(layer.spikes_at == std::vector<double>{2, 2, 4});
  CHECK(layer.spikes == 8);
  CHECK(layer.rate_at(0) == doctest::Approx(1.0 / 3));
  CHECK(layer.rate_at(2) == doctest::Approx(2.0 / 3));
  CHECK(layer.rate() == doctest::Approx(4.0 / 9));
  CHECK_THROWS_AS(layer.rate_at(3), std::out_of_range);
  CHECK(activity.synapses.at("0").multiply_accumulates == 2 * 3 * 3);
  CHECK(activity.synapses.at("0").accumulates == 0);
  CHECK(activity.synapses.at("3").accumulates == 8 * 2);
  CHECK(activity.synapses.at("3").multiply_accumulates == 0);
  CHECK(activity.energy_per_sample() == doctest::Approx(8 * 0.9 + 9 * 4.6));
  CHECK(activity.energy_per_sample({.accumulate = 1, .multiply_accumulate = 0}) == 8);

  // One image shown three times is multiplied once.
  tet::data::Images const images({1, 1, 1}, 2, {7}, {0}, {{0}, {1}});
  CHECK(analysis::spike_activity(model, images, tet::Timesteps{3}).energy_per_sample() ==
        doctest::Approx(8 * 0.9 + 3 * 4.6));
}

TEST_CASE("neuron_extremes: a neuron that never spikes is dead, one that always does is saturated [analysis]") {
  auto model = three_neurons();
  auto const layers = analysis::neuron_extremes(model, two_samples(), tet::Timesteps{3}, 1);
  REQUIRE(layers.size() == 1);
  CHECK(layers.at("1").neurons == 3);
  CHECK(layers.at("1").dead == 1);
  CHECK(layers.at("1").saturated == 1);
  CHECK(layers.at("1").dead_share() == doctest::Approx(1.0 / 3));
  // With two timesteps the third neuron has no time to spike.
  CHECK(analysis::neuron_extremes(model, two_samples(), tet::Timesteps{2}).at("1").dead == 2);
  auto const empty = tet::data::first(two_samples(), 0);
  CHECK_THROWS_AS(analysis::neuron_extremes(model, empty, tet::Timesteps{2}), std::invalid_argument);
}

TEST_CASE("neuron_extremes: they are those of the outputs of single samples, for any batch size [analysis]") {
  // 70 channels: more than a word of bits.
  using Wide = tet::Network<tet::Input<3, 2, 1>, tet::Conv2d<70, 3>, tet::Lif<>, tet::Flatten, tet::Linear<2>>;
  tet::Model<Wide, tet::Cpu> model{tet::Seed{5}};
  tet::Random const random(tet::Seed{6}, 0);
  std::vector<float> values;
  for (std::uint64_t i = 0; i < 5 * 2 * 6; ++i) values.push_back(float(30 * random.uniform(i) + 10));
  tet::data::Frames const set(tet::Shape{3, 2, 1}, tet::Timesteps{2}, 2, values, {0, 1, 0, 1, 0});
  SpikesOfNeurons visitor;
  for (tet::Batch const& batch : tet::data::batches(set, 1, tet::Timesteps{2})) {
    model.forward(tet::detail::input_of(batch), tet::Mode::inference);
    model.visit_signals(visitor);
  }
  auto const dead = std::count(visitor.counts.begin(), visitor.counts.end(), 0);
  auto const saturated = std::count(visitor.counts.begin(), visitor.counts.end(), 5 * 2);
  CHECK(dead > 0);
  CHECK(saturated > 0);
  for (tet::Index const batch_size : {1, 2, 5}) {
    auto const layer = analysis::neuron_extremes(model, set, tet::Timesteps{2}, batch_size).at("1");
    CHECK(layer.neurons == 420);
    CHECK(layer.dead == dead);
    CHECK(layer.saturated == saturated);
  }
}

TEST_CASE("potential_histograms: hand-worked potentials, before the reset [analysis]") {
  auto model = three_neurons();
  auto const layers =
      analysis::potential_histograms(model, two_samples(), tet::Timesteps{3}, {.low = 0, .high = 2, .bins = 4}, 1);
  auto const& h = layers.at("1");
  CHECK(h.below == 0);
  CHECK(h.counts == std::vector<double>{6, 4, 2, 0});  // 0; 0.6 and 0.9; 1.05, for two samples
  CHECK(h.above == 6);                                 // 5, reset to 0 each time
  CHECK(h.total() == 18);
  auto const refused = [&](analysis::PotentialBins bins) {
    CHECK_THROWS_AS(analysis::potential_histograms(model, two_samples(), tet::Timesteps{3}, bins),
                    std::invalid_argument);
  };
  refused({.bins = 0});
  refused({.low = 1, .high = 1});
}

TEST_CASE("potential_histograms: behind a BatchNorm, as many are above the threshold as there are spikes [analysis]") {
  auto const set = small_run::frames();
  small_run::Model model{tet::Seed{3}};
  tet::Adam optimizer{model};
  small_run::fit(model, optimizer, set, {});
  auto const h = analysis::potential_histograms(model, set, tet::Timesteps{4}, {.low = -1, .high = 1}, 5).at("2");
  auto const activity = analysis::spike_activity(model, set, tet::Timesteps{4}).layers.at("2");
  CHECK(activity.spikes > 100);
  CHECK(h.above == doctest::Approx(activity.spikes).epsilon(1e-3));
  CHECK(h.total() == activity.neuron_steps);
}

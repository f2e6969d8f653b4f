// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/activation.hpp>
#include <tet/core/convolution.hpp>
#include <tet/core/error.hpp>
#include <tet/data/batch_stream.hpp>
#include <tet/model/input_batch.hpp>
#include <tet/model/model.hpp>

#include <map>
#include <string>
#include <vector>

namespace tet::analysis {

/// Spikes of one layer of neurons.
struct LayerActivity {
  double spikes = 0;
  double neuron_steps = 0;          ///< neurons * timesteps * samples
  std::vector<double> spikes_at{};  ///< of each timestep, where the number of timesteps was told

  double rate() const { return neuron_steps > 0 ? spikes / neuron_steps : 0; }
  /// Share of the neurons that spike at timestep t.
  double rate_at(std::size_t t) const {
    return neuron_steps > 0 ? spikes_at.at(t) * double(spikes_at.size()) / neuron_steps : 0;
  }
};

/// Operations of one layer's synapses.
struct LayerOperations {
  double accumulates = 0;           ///< synaptic operations: additions of a weight
  double multiply_accumulates = 0;  ///< where the input is analog
};

/// Energy of one operation in picojoules, on 32-bit numbers in 45 nm.
/// Source: Horowitz 2014 (ISSCC), fig. 1.1.9, as Deng et al. 2022 count it.
struct OperationEnergy {
  double accumulate = 0.9;
  double multiply_accumulate = 4.6;
};

/// What a network did on a data set: spike rates, and operations of its synapses.
///
/// A synaptic operation is one addition of a weight: an active input (a spike, or a count from pooled spikes) that
/// reaches an output; borders are counted exactly. Layers with analog input multiply: their operations are counted
/// apart, once for a repeated image.
struct SpikeActivity {
  std::map<std::string, LayerActivity> layers;  ///< by place, as in files
  std::map<std::string, LayerOperations> synapses{};
  double synaptic_operations = 0;
  double multiply_accumulates = 0;
  Index samples = 0;

  /// Share of neurons that spike in a timestep, over all layers.
  double rate() const {
    LayerActivity all;
    for (auto const& [place, layer] : layers) {
      all.spikes += layer.spikes;
      all.neuron_steps += layer.neuron_steps;
    }
    return all.rate();
  }
  double synaptic_operations_per_sample() const { return samples > 0 ? synaptic_operations / double(samples) : 0; }
  /// Energy of all synapses for one sample, in picojoules.
  double energy_per_sample(OperationEnergy energy = {}) const {
    return energy.accumulate * synaptic_operations_per_sample() +
           energy.multiply_accumulate * multiply_accumulates_per_sample();
  }
  double multiply_accumulates_per_sample() const { return samples > 0 ? multiply_accumulates / double(samples) : 0; }
};

namespace detail {

/// Visitor of a model's signals after a forward call.
template <class Backend>
struct ActivityCounter {
  Backend& exec;
  SpikeActivity& activity;
  Index timesteps;  // 0: not told

  template <class Scalar>
  void spikes(std::string const& place, Activation<Spike, Scalar> const& s) {
    LayerActivity& layer = activity.layers[place.substr(0, place.size() - 1)];
    layer.neuron_steps += double(s.pixels) * double(s.channels);
    if (timesteps == 0) {
      layer.spikes += count_active(exec, s);
      return;
    }
    layer.spikes_at.resize(std::size_t(timesteps), 0.0);
    Index const pixels = s.pixels / timesteps;
    for (Index t = 0; t < timesteps; ++t) {
      double const spikes = count_active(exec, Activation<Spike, Scalar>{s.pixel(t * pixels), pixels, s.channels});
      layer.spikes_at[std::size_t(t)] += spikes;
      layer.spikes += spikes;
    }
  }
  template <class Scalar>
  void spikes(std::string const&, Activation<Analog, Scalar> const&) {}

  template <class Kind, class Scalar>
  void synapses(std::string const& place, ConvGeometry const& g, Activation<Kind, Scalar> const& x) {
    LayerOperations& layer = activity.synapses[place.substr(0, place.size() - 1)];
    if constexpr (std::is_same_v<Kind, Analog>) {
      double const operations = double(g.images) * double(g.out_pixels()) * double(g.weights());
      layer.multiply_accumulates += operations;
      activity.multiply_accumulates += operations;
    } else {
      double const operations = count_synaptic_operations(exec, g, x);
      layer.accumulates += operations;
      activity.synaptic_operations += operations;
    }
  }
};

}  // namespace detail

/// Adds what the layers did in the model's last forward call; told its number of timesteps, spikes of each one as well.
template <class Model>
void add_last_call(Model& model, SpikeActivity& activity, Timesteps timesteps = Timesteps{0}) {
  detail::ActivityCounter<typename Model::Backend> counter{model.exec(), activity, timesteps.value};
  model.visit_signals(counter);
}

/// Runs a model over a data set in inference mode and counts what its layers do.
template <class Model, class Set>
SpikeActivity spike_activity(Model& model, Set const& set, Timesteps timesteps, Index batch_size = 128) {
  SpikeActivity activity{.layers = {}, .samples = set.size()};
  data::BatchStream<Set const&> stream(set, {.batch_size = batch_size, .timesteps = timesteps});
  while (Batch const* const batch = stream.next()) {
    model.forward(InputBatch<float>{batch->values, timesteps, BatchSize{batch->batch_size}, batch->presentation},
                  Mode::inference);
    add_last_call(model, activity, timesteps);
  }
  return activity;
}

}  // namespace tet::analysis

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

namespace tet::analysis {

/// Spikes of one layer of neurons.
struct LayerActivity {
  double spikes = 0;
  double neuron_steps = 0;  ///< neurons * timesteps * samples

  double rate() const { return neuron_steps > 0 ? spikes / neuron_steps : 0; }
};

/// What a network did on a data set: spike rates, and operations of its synapses.
///
/// A synaptic operation is one addition of a weight: an active input (a spike, or a count from pooled spikes) that
/// reaches an output; borders are counted exactly. Layers with analog input multiply: their operations are counted
/// apart, once for a repeated image.
struct SpikeActivity {
  std::map<std::string, LayerActivity> layers;  ///< by place, as in files
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
  double multiply_accumulates_per_sample() const { return samples > 0 ? multiply_accumulates / double(samples) : 0; }
};

namespace detail {

/// Visitor of a model's signals after a forward call.
template <class Backend>
struct ActivityCounter {
  Backend& exec;
  SpikeActivity& activity;

  template <class Scalar>
  void spikes(std::string const& place, Activation<Spike, Scalar> const& s) {
    LayerActivity& layer = activity.layers[place.substr(0, place.size() - 1)];
    layer.spikes += count_active(exec, s);
    layer.neuron_steps += double(s.pixels) * double(s.channels);
  }
  template <class Scalar>
  void spikes(std::string const&, Activation<Analog, Scalar> const&) {}

  template <class Kind, class Scalar>
  void synapses(std::string const&, ConvGeometry const& g, Activation<Kind, Scalar> const& x) {
    if constexpr (std::is_same_v<Kind, Analog>)
      activity.multiply_accumulates += double(g.images) * double(g.out_pixels()) * double(g.weights());
    else activity.synaptic_operations += count_synaptic_operations(exec, g, x);
  }
};

}  // namespace detail

/// Adds what the layers did in the model's last forward call.
template <class Model>
void add_last_call(Model& model, SpikeActivity& activity) {
  detail::ActivityCounter<typename Model::Backend> counter{model.exec(), activity};
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
    add_last_call(model, activity);
  }
  return activity;
}

}  // namespace tet::analysis

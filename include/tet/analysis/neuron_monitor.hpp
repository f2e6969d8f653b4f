// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/activation.hpp>
#include <tet/core/convolution.hpp>
#include <tet/core/error.hpp>
#include <tet/core/neuron_call.hpp>
#include <tet/data/batch_stream.hpp>
#include <tet/model/input_batch.hpp>
#include <tet/model/model.hpp>

#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tet::analysis {

/// Neurons of one layer that never or always spiked on a data set.
struct LayerExtremes {
  Index neurons = 0;
  Index dead = 0;       ///< no spike in any timestep of any sample
  Index saturated = 0;  ///< a spike in every timestep of every sample

  double dead_share() const { return neurons > 0 ? double(dead) / double(neurons) : 0; }
  double saturated_share() const { return neurons > 0 ? double(saturated) / double(neurons) : 0; }
};

/// A layer's membrane potentials before reset, over all neurons, timesteps and samples.
/// Units: those of the neuron's threshold.
struct PotentialHistogram {
  double low = 0, high = 0;
  double below = 0;            ///< how many were below `low`
  std::vector<double> counts;  ///< equal bins from `low` to `high`
  double above = 0;            ///< `high` and more

  double total() const {
    double sum = below + above;
    for (double const count : counts) sum += count;
    return sum;
  }
};

struct PotentialBins {
  double low = -2;
  double high = 2;
  Index bins = 80;
};

namespace detail {

/// Words that say of each neuron of a layer whether it spiked in any, and in all frames.
struct SpikeBits {
  std::vector<std::uint64_t> any, all;
  Index neurons = 0;
};

template <class Backend>
struct ExtremesVisitor {
  Backend& exec;
  std::map<std::string, SpikeBits>& layers;
  Index frames;

  template <class Scalar>
  void spikes(std::string const& place, Activation<Spike, Scalar> const& s) {
    SpikeBits& bits = layers[place.substr(0, place.size() - 1)];
    Index const pixels = s.pixels / frames;
    bits.neurons = pixels * s.channels;
    bits.any.resize(std::size_t(pixels * s.words_per_pixel()), 0);
    bits.all.resize(bits.any.size(), ~std::uint64_t(0));
    fold_spikes(exec, s, frames, bits.any.data(), bits.all.data());
  }
  template <class Scalar>
  void spikes(std::string const&, Activation<Analog, Scalar> const&) {}
  template <class Kind, class Scalar>
  void synapses(std::string const&, ConvGeometry const&, Activation<Kind, Scalar> const&) {}
};

template <class Backend>
struct PotentialVisitor {
  Backend& exec;
  std::map<std::string, std::vector<double>>& layers;
  PotentialBins bins;

  template <class Neuron, class Kind, class Normalise, class Scalar>
  void neurons(std::string const& place, NeuronCall<Kind, Normalise, Scalar> const& call) {
    auto& counts = layers[place.substr(0, place.size() - 1)];
    counts.resize(std::size_t(bins.bins + 2), 0.0);
    count_potentials<Neuron>(exec, call, bins.low, bins.high, bins.bins, counts.data());
  }
  template <class Kind, class Scalar>
  void spikes(std::string const&, Activation<Kind, Scalar> const&) {}
  template <class Kind, class Scalar>
  void synapses(std::string const&, ConvGeometry const&, Activation<Kind, Scalar> const&) {}
};

/// Calls after(batch) when the model has run a batch in inference mode, for all of a set.
template <class Model, class Set, class After>
void for_each_forward(Model& model, Set const& set, Timesteps timesteps, Index batch_size, After const& after) {
  if (set.size() == 0) refuse("analysis: data set", "no sample", "at least one");
  data::BatchStream<Set const&> stream(set, {.batch_size = batch_size, .timesteps = timesteps});
  while (Batch const* const batch = stream.next()) {
    model.forward(InputBatch<float>{batch->values, timesteps, BatchSize{batch->batch_size}, batch->presentation},
                  Mode::inference);
    after(*batch);
  }
}

}  // namespace detail

/// Dead and saturated neurons of each layer, by place as in files. For the CPU backend.
/// Throws: std::invalid_argument for an empty data set, and as Model::forward does.
template <class Model, class Set>
std::map<std::string, LayerExtremes> neuron_extremes(Model& model, Set const& set, Timesteps timesteps,
                                                     Index batch_size = 128) {
  std::map<std::string, detail::SpikeBits> layers;
  detail::for_each_forward(model, set, timesteps, batch_size, [&](Batch const& batch) {
    detail::ExtremesVisitor<typename Model::Backend> visitor{model.exec(), layers, timesteps.value * batch.batch_size};
    model.visit_signals(visitor);
  });
  std::map<std::string, LayerExtremes> result;
  for (auto const& [place, bits] : layers) {
    LayerExtremes layer{.neurons = bits.neurons, .dead = bits.neurons};
    for (std::uint64_t const word : bits.any) layer.dead -= std::popcount(word);
    for (std::uint64_t const word : bits.all) layer.saturated += std::popcount(word);
    result[place] = layer;
  }
  return result;
}

/// Histograms of the membrane potentials of each layer, by place as in files; potentials are computed once more, as they
/// are not kept. For the CPU backend.
/// Throws: std::invalid_argument for bins out of range or an empty data set, and as Model::forward does.
template <class Model, class Set>
std::map<std::string, PotentialHistogram> potential_histograms(Model& model, Set const& set, Timesteps timesteps,
                                                               PotentialBins bins = {}, Index batch_size = 128) {
  if (bins.bins < 1 || bins.bins > 1'000'000)
    refuse("analysis::PotentialBins: bins", std::to_string(bins.bins), "1 to 1000000");
  if (!(bins.low < bins.high))
    refuse("analysis::PotentialBins", std::to_string(bins.low) + " to " + std::to_string(bins.high), "low below high");
  std::map<std::string, std::vector<double>> layers;
  detail::for_each_forward(model, set, timesteps, batch_size, [&](Batch const&) {
    detail::PotentialVisitor<typename Model::Backend> visitor{model.exec(), layers, bins};
    model.visit_signals(visitor);
  });
  std::map<std::string, PotentialHistogram> result;
  for (auto const& [place, counts] : layers)
    result[place] = {bins.low, bins.high, counts.front(), {counts.begin() + 1, counts.end() - 1}, counts.back()};
  return result;
}

}  // namespace tet::analysis

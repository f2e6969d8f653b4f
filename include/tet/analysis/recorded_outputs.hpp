// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/storage.hpp>
#include <tet/data/batch_stream.hpp>
#include <tet/inference/batch_outputs.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace tet::analysis {

/// Outputs of a network on a whole data set, at every timestep: what questions about time are asked of, after one pass.
///
/// Shape: values [T, N, K] on the host, labels [N].
struct RecordedOutputs {
  Index timesteps = 0, samples = 0, classes = 0;
  std::vector<float> values;
  std::vector<int> labels;

  float const* at(Index t, Index n) const { return values.data() + (t * samples + n) * classes; }
};

/// Runs a Model in inference mode, or an Inference engine, over a data set and keeps O[t, n, k].
/// Throws: std::invalid_argument where the set does not fit the network; NumericError for an output that is not finite.
template <class Network, class Set>
RecordedOutputs record_outputs(Network& network, Set const& set, Timesteps timesteps, Index batch_size = 128) {
  using Scalar = typename Network::Scalar;
  constexpr Index classes = Network::Out::shape.size();
  if (set.classes() > classes)
    refuse("record_outputs: classes of the data set", std::to_string(set.classes()),
           "at most the " + std::to_string(classes) + " outputs of the network");
  data::BatchStream<Set const&> stream(
      set, {.batch_size = tet::detail::samples_at_once(network, batch_size), .timesteps = timesteps});
  RecordedOutputs all{timesteps.value, set.size(), classes, {}, {}};
  all.values.resize(std::size_t(timesteps.value * set.size() * classes));
  all.labels.reserve(std::size_t(set.size()));
  Storage<typename Network::Backend, Scalar> room, copied;
  while (Batch const* const batch = stream.next()) {
    auto const out = tet::detail::outputs(network, *batch, room);
    Index const count = out.timesteps * out.batch * out.size, first = Index(all.labels.size());
    if (copied.size() != count) copied = Storage<typename Network::Backend, Scalar>(count);
    copy(network.exec(), count, out.data, copied.data());
    std::vector<Scalar> const values = copied.download();
    for (Index t = 0; t < timesteps.value; ++t) {
      // A network without neurons gives one output for all timesteps.
      Scalar const* const from = values.data() + std::min(t, out.timesteps - 1) * out.batch * out.size;
      for (Index i = 0; i < out.batch * out.size; ++i) {
        if (!std::isfinite(from[i]))
          throw NumericError("tet: output " + std::to_string(i % out.size) + " of sample " +
                             std::to_string(first + i / out.size) + " at timestep " + std::to_string(t + 1) + " is " +
                             std::to_string(from[i]));
        all.values[std::size_t((t * all.samples + first) * classes + i)] = float(from[i]);
      }
    }
    all.labels.insert(all.labels.end(), batch->labels.begin(), batch->labels.end());
  }
  return all;
}

/// Accuracy had the run been stopped after 1, 2, … timesteps: the argmax of the mean of O[1…t], as Evaluation::accuracy_at.
/// Shape: [T], 0…1.
inline std::vector<double> accuracy_up_to_each_timestep(RecordedOutputs const& outputs) {
  std::vector<double> accuracy(std::size_t(outputs.timesteps), 0.0);
  std::vector<float> sum(std::size_t(outputs.classes));
  for (Index n = 0; n < outputs.samples; ++n) {
    std::fill(sum.begin(), sum.end(), 0.0f);
    for (Index t = 0; t < outputs.timesteps; ++t) {
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += outputs.at(t, n)[k];
      if (std::max_element(sum.begin(), sum.end()) - sum.begin() == outputs.labels[std::size_t(n)])
        accuracy[std::size_t(t)] += 1;
    }
  }
  for (double& correct : accuracy) correct /= double(std::max<Index>(outputs.samples, 1));
  return accuracy;
}

/// Accuracy of each timestep's output alone, the argmax of O[t]. Shape: [T], 0…1.
inline std::vector<double> accuracy_of_each_timestep(RecordedOutputs const& outputs) {
  std::vector<double> accuracy(std::size_t(outputs.timesteps), 0.0);
  for (Index t = 0; t < outputs.timesteps; ++t)
    for (Index n = 0; n < outputs.samples; ++n) {
      float const* const row = outputs.at(t, n);
      if (std::max_element(row, row + outputs.classes) - row == outputs.labels[std::size_t(n)])
        accuracy[std::size_t(t)] += 1;
    }
  for (double& correct : accuracy) correct /= double(std::max<Index>(outputs.samples, 1));
  return accuracy;
}

}  // namespace tet::analysis

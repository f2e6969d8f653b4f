// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/storage.hpp>
#include <tet/data/batches.hpp>
#include <tet/inference/batch_outputs.hpp>
#include <tet/loss/sdt.hpp>
#include <tet/model/model.hpp>
#include <tet/train/train_step.hpp>

#include <cstddef>
#include <vector>

namespace tet {

struct EvaluateOptions {
  Index batch_size = 128;
  Index prefetch = 2;  ///< batches made ahead by a thread of their own; 0 for none
};

/// How well a network classifies a data set; the class is the argmax of the output's mean over time.
struct Evaluation {
  double accuracy = 0;  ///< at all timesteps, 0…1
  double loss = 0;      ///< mean cross entropy of the mean output
  Index samples = 0;
  std::vector<double> accuracy_at;  ///< [T]: had the run been stopped after 1, 2, … timesteps

  template <class Stream>
  friend Stream& operator<<(Stream& out, Evaluation const& e) {
    out << 100 * e.accuracy << " % of " << e.samples << " samples, loss " << e.loss;
    return out;
  }
};

/// Runs a Model in inference mode, or an Inference engine, over a data set, at any number of timesteps. An engine takes
/// at most its own batch size at once.
/// Throws: std::invalid_argument where the set's shape or classes do not fit the network.
template <class Network, class Set>
  requires data::Dataset<std::remove_cvref_t<Set>> Evaluation evaluate(Network& network, Set const& set,
                                                                       Timesteps timesteps,
                                                                       EvaluateOptions options = {}) {
    Evaluation result{.samples = set.size(), .accuracy_at = std::vector<double>(std::size_t(timesteps.value))};
    std::vector<Index> correct(std::size_t(timesteps.value), 0);
    Storage<typename Network::Backend, typename Network::Scalar> room;
    data::BatchStream<Set const&> stream(set, {.batch_size = detail::samples_at_once(network, options.batch_size),
                                               .timesteps = timesteps,
                                               .prefetch = options.prefetch,
                                               .images = detail::image_form<Network>(set)});
    while (Batch const* const batch = stream.next()) {
      detail::check_labels(batch->labels, batch->batch_size, Network::Out::shape.size());
      auto const out = detail::outputs(network, *batch, room);
      auto const sum =
          loss_and_gradient(network.exec(), SdtLoss{}, out.timesteps, out.batch, out.size, out.data,
                            batch->labels.data(), static_cast<typename Network::Scalar*>(nullptr), network.workspace());
      result.loss += sum.loss * double(batch->batch_size);
      count_correct(network.exec(), out.timesteps, out.batch, out.size, out.data, batch->labels.data(),
                    network.workspace(), correct.data());
      // A network without neurons gives one output for all timesteps.
      for (Index t = out.timesteps; t < timesteps.value; ++t) correct[std::size_t(t)] = correct[0];
    }
    if (result.samples == 0) return result;
    result.loss /= double(result.samples);
    for (std::size_t t = 0; t < correct.size(); ++t)
      result.accuracy_at[t] = double(correct[t]) / double(result.samples);
    result.accuracy = result.accuracy_at.back();
    return result;
  }

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include "../nmnist/network.hpp"

#include <tet/tet.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <span>
#include <vector>

namespace streaming {

/// What is known after a timestep.
struct Guess {
  tet::Index timestep;   // from 1
  std::int64_t seen_us;  // of the recording: from its first event to the end of this timestep, or its last event
  int label;             // the likeliest class
  double confidence;     // its probability
  bool final;
};

/// The class with the largest probability: softmax of the logits' mean over time.
inline std::pair<int, double> likeliest(std::span<float const> mean) {
  auto const best = std::ranges::max_element(mean);
  double sum = 0;
  for (float const logit : mean) sum += std::exp(double(logit) - double(*best));
  return {int(best - mean.begin()), 1 / sum};
}

/// Feeds events to a network, one timestep whenever a frame is complete, and decides as soon as one class is likely
/// enough, at the latest after the last timestep.
class Classifier {
 public:
  using Model = tet::Model<nmnist::Net, tet::Cpu>;

  Classifier(Model& model, tet::Index frame_duration, tet::Timesteps most, double confidence)
      : model_(model),
        engine_(model),
        live_(tet::data::nmnist_sensor, frame_duration),
        most_(most),
        confidence_(confidence) {
    model.reserve(most, tet::BatchSize{1});
  }

  /// Runs one recording and tells `watch` of each timestep; returns the decision. Events after it are not looked at.
  /// Pre: events are not empty, as read_events gives them.
  Guess classify(std::span<tet::data::Event const> events, std::function<void(Guess const&)> const& watch = {}) {
    live_.reset();
    engine_.reset();
    seen_.clear();
    Guess guess{};
    for (auto const& event : events) {
      while (!guess.final && !live_.add(event)) guess = step(live_.end_of_frame(), false, watch);
      if (guess.final) return guess;
    }
    return step(events.back().t - events.front().t, true, watch);  // the recording ends within a frame
  }

  /// Synaptic operations of the last call of `classify`, counted by the model on the frames that the engine saw.
  double synaptic_operations() {
    tet::analysis::SpikeActivity activity{.layers = {}, .samples = 1};
    tet::Index const T = tet::Index(seen_.size()) / tet::data::nmnist_sensor.frame().size();
    model_.forward(tet::InputBatch<float>{seen_, tet::Timesteps{T}, tet::BatchSize{1}, tet::Presentation::temporal},
                   tet::Mode::inference);
    tet::analysis::add_last_call(model_, activity);
    return activity.synaptic_operations;
  }

 private:
  /// The open frame is complete: the network sees it.
  Guess step(std::int64_t seen_us, bool ended, std::function<void(Guess const&)> const& watch) {
    auto const frame = live_.frame();
    seen_.insert(seen_.end(), frame.begin(), frame.end());
    auto const [label, confidence] = likeliest(engine_.step(frame).mean);
    tet::Index const done = engine_.steps().value;
    Guess const guess{done, seen_us, label, confidence, ended || confidence >= confidence_ || done >= most_.value};
    live_.next();
    if (watch) watch(guess);
    return guess;
  }

  Model& model_;
  tet::Inference<nmnist::Net, tet::Cpu> engine_;
  tet::data::LiveFrames live_;
  tet::Timesteps most_;
  double confidence_;
  std::vector<float> seen_;  // [T, H, W, 2]
};

}  // namespace streaming

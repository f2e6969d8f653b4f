// SPDX-License-Identifier: MIT
#pragma once

// A training run that is small enough to repeat many times: two stages of different timesteps and losses on random
// event frames.

#include <tet/data/frames.hpp>
#include <tet/tet.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace small_run {

using Net = tet::Network<tet::Input<6, 6, 2>, tet::Conv2d<5, 3>, tet::BatchNorm<>, tet::Lif<>, tet::AvgPool2d<2>,
                         tet::Flatten, tet::Linear<3>>;
using Model = tet::Model<Net, tet::Cpu>;

inline constexpr tet::Index samples = 22, batch_size = 4, steps_per_epoch = 6, total_steps = 4 * steps_per_epoch;

/// Frames whose class shows as a brighter corner.
inline tet::data::Frames frames(std::uint64_t seed = 5) {
  constexpr tet::Index timesteps = 4, height = 6, width = 6, channels = 2, size = timesteps * height * width * channels;
  tet::Random const random(tet::Seed{seed}, 0);
  std::vector<float> values;
  std::vector<int> labels;
  for (tet::Index n = 0; n < samples; ++n) {
    int const label = int(n % 3);
    labels.push_back(label);
    for (tet::Index i = 0; i < size; ++i) {
      bool const corner = i / (width * channels) % height < 3 && i / channels % width / 2 == label;
      values.push_back(random.uniform(std::uint64_t(n * size + i)) < (corner ? 0.7 : 0.15) ? 1.0f : 0.0f);
    }
  }
  return {tet::Shape{height, width, channels}, tet::Timesteps{timesteps}, 3, std::move(values), std::move(labels)};
}

/// Two epochs of SDT at T = 2, then two of TET at T = 4.
template <class Optimizer>
tet::FitResult fit(Model& model, Optimizer& optimizer, tet::data::Frames const& train, tet::FitOptions options) {
  options.batch_size = batch_size;
  options.seed = tet::Seed{9};
  options.progress = tet::ProgressOutput::none;
  return tet::fit(model, optimizer, train, train, options, tet::CosineSchedule{},
                  tet::TrainingStage{2, tet::Timesteps{2}, tet::SdtLoss{}},
                  tet::TrainingStage{2, tet::Timesteps{4}, tet::TetLoss{}});
}

/// All that a run leaves behind, for comparisons to the bit.
template <class Optimizer>
std::vector<float> everything(Model& model, Optimizer& optimizer) {
  std::vector<float> all = model.parameter_storage().download();
  auto const append = [&](std::vector<float> const& values) { all.insert(all.end(), values.begin(), values.end()); };
  append(model.statistic_storage().download());
  optimizer.visit_state([&](char const*, auto const& storage) { append(storage.download()); });
  append({float(model.batches_tracked()), float(optimizer.steps()), float(optimizer.learning_rate())});
  return all;
}

}  // namespace small_run

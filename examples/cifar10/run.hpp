// SPDX-License-Identifier: MIT
#pragma once

#include "options.hpp"

#include <tet/io/safetensors.hpp>
#include <tet/tet.hpp>

#include <cstdio>
#include <filesystem>

namespace cifar10 {

inline constexpr tet::Timesteps longest{8};  // of the evaluation at the end

template <class Net, class Backend, class Loss>
void train(Options const& o, Loss const& loss) {
  std::filesystem::create_directories(o.output);
  auto const in_folder = [&](char const* name) { return (std::filesystem::path(o.output) / name).string(); };
  auto const [plain, test] = tet::data::cifar10(o.data);
  auto const augmented = o.augment ? plain.augmented({.crop_padding = 4, .flip = tet::data::Flip::horizontal}) : plain;

  tet::Timesteps const timesteps{o.timesteps};
  tet::Model<Net, Backend> model{tet::Seed{o.seed}};
  if (!o.weights.empty()) tet::io::load_safetensors(model, o.weights);
  std::printf("%s\n", tet::describe(model, timesteps, tet::BatchSize{o.batch}, tet::Presentation::repeated).c_str());
  std::fflush(stdout);

  tet::Adam optimizer{model, {.learning_rate = o.learning_rate}};
  tet::FitOptions const options{.batch_size = o.batch,
                                .seed = tet::Seed{o.seed},
                                .checkpoint = in_folder("run.ckpt"),
                                .checkpoint_every = o.checkpoint_every,
                                .resume = o.resume ? tet::Resume::if_present : tet::Resume::never,
                                .metrics = in_folder("metrics.csv")};
  tet::fit(model, optimizer, augmented, test, options, tet::CosineSchedule{},
           tet::TrainingStage{o.epochs, timesteps, loss});
  tet::io::save_safetensors(model, in_folder("weights.safetensors"));

  auto const e = tet::evaluate(model, test, longest);
  auto const activity = tet::analysis::spike_activity(model, test, timesteps);
  for (std::size_t t = 0; t < e.accuracy_at.size(); ++t)
    std::printf("test accuracy at T = %zu: %.2f %%\n", t + 1, 100 * e.accuracy_at[t]);
  std::printf("spike rate %.1f %%, %.1f M synaptic operations and %.1f M multiply-accumulates a sample at T = %ld\n",
              100 * activity.rate(), activity.synaptic_operations_per_sample() * 1e-6,
              activity.multiply_accumulates_per_sample() * 1e-6, o.timesteps);
}

template <class Net, class Backend>
void train_with_loss(Options const& o) {
  if (o.loss == "tet") train<Net, Backend>(o, tet::TetLoss{.lambda = o.lambda});
  else train<Net, Backend>(o, tet::SdtLoss{});
}

/// What the command line asks for, on one backend.
template <class Backend>
void run(Options const& o) {
  if (o.network == "resnet19") train_with_loss<tet::zoo::ResNet19<>, Backend>(o);
  else train_with_loss<tet::zoo::CifarSmall<>, Backend>(o);
}

}  // namespace cifar10

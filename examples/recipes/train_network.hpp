// SPDX-License-Identifier: MIT
#pragma once

#include "networks.hpp"
#include "neuron.hpp"

#include <tet/io/safetensors.hpp>
#include <tet/tet.hpp>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace recipes {

/// Cosine or constant, chosen at run time.
struct Schedule {
  bool cosine;
  tet::CosineSchedule curve;

  double operator()(double base, tet::Index epoch, tet::Index epochs) const {
    return cosine ? curve(base, epoch, epochs) : base;
  }
};

template <class Model, class Optimizer, class Loss>
void fit_with(Recipe const& r, Data const& data, Start start, Model& model, Optimizer& optimizer, Loss const& loss) {
  auto const in_folder = [&](char const* name) { return (std::filesystem::path(r.output) / name).string(); };
  std::vector<tet::TrainingStage<Loss>> stages;
  for (std::size_t i = 0; i < r.timesteps.size(); ++i)
    stages.push_back({.epochs = r.epochs[i],
                      .timesteps = tet::Timesteps{r.timesteps[i]},
                      .loss = loss,
                      .reestimate_batches = i == 0 ? 0 : r.reestimate_batches});
  tet::FitOptions const options{
      .batch_size = r.batch_size,
      .seed = tet::Seed{r.seed},
      .mix = {.mixup = r.mixup, .cutmix = r.cutmix, .probability = r.mix_probability},
      .checkpoint = in_folder("run.ckpt"),
      .checkpoint_every = r.checkpoint_every,
      .resume = start == Start::resumed ? tet::Resume::if_present : tet::Resume::never,
      .metrics = in_folder("metrics.csv"),
      .tensorboard = r.tensorboard ? in_folder("tensorboard") : "",
  };
  tet::fit(model, optimizer, data.train, data.test, options,
           Schedule{r.schedule == "cosine", {.minimum = r.final_learning_rate}}, stages);
  tet::io::save_safetensors(model, in_folder("weights.safetensors"));

  tet::Timesteps const longest{r.timesteps.back()};
  auto const e = tet::evaluate(model, data.test, longest);
  for (std::size_t t = 0; t < e.accuracy_at.size(); ++t)
    std::printf("test accuracy at T = %zu: %.2f %%\n", t + 1, 100 * e.accuracy_at[t]);
}

template <class Model, class Optimizer>
void fit_loss(Recipe const& r, Data const& data, Start start, Model& model, Optimizer& optimizer) {
  if (r.loss == "sdt") fit_with(r, data, start, model, optimizer, tet::SdtLoss{.smoothing = r.label_smoothing});
  else
    fit_with(r, data, start, model, optimizer,
             tet::TetLoss{.lambda = r.lambda, .phi = r.phi, .smoothing = r.label_smoothing});
}

/// Trains one network as the recipe says.
template <class Net>
void train_network(Recipe const& r, Data const& data, Start start) {
  tet::Model<Net, tet::Cpu> model{tet::Seed{r.seed}};
  std::printf("%s\n", tet::describe(model, tet::Timesteps{r.timesteps.back()}, tet::BatchSize{r.batch_size},
                                    data.train.presentation())
                          .c_str());
  std::fflush(stdout);
  if (r.optimizer == "sgd") {
    tet::Sgd optimizer{model,
                       {.learning_rate = r.learning_rate, .momentum = r.momentum, .weight_decay = r.weight_decay}};
    fit_loss(r, data, start, model, optimizer);
  } else {
    tet::Adam optimizer{model,
                        {.learning_rate = r.learning_rate,
                         .weight_decay = r.weight_decay,
                         .decay = r.optimizer == "adamw" ? tet::Decay::parameter : tet::Decay::gradient}};
    fit_loss(r, data, start, model, optimizer);
  }
}

}  // namespace recipes

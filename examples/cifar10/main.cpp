// SPDX-License-Identifier: MIT

// Trains a network of the zoo on CIFAR-10 with SDT or TET, with checkpoints, metrics and weights in one output folder.

#include "options.hpp"

#include <tet/io/safetensors.hpp>
#include <tet/tet.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>

namespace {

constexpr tet::Timesteps longest{8};  // of the evaluation at the end

template <class Net, class Loss>
void run(Options const& o, Loss const& loss) {
  std::filesystem::create_directories(o.output);
  auto const in_folder = [&](char const* name) { return (std::filesystem::path(o.output) / name).string(); };
  auto const [plain, test] = tet::data::cifar10(o.data);
  auto const train = o.augment ? plain.augmented({.crop_padding = 4, .flip = tet::data::Flip::horizontal}) : plain;

  tet::Timesteps const timesteps{o.timesteps};
  tet::Model<Net, tet::Cpu> model{tet::Seed{o.seed}};
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
  tet::fit(model, optimizer, train, test, options, tet::CosineSchedule{},
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

template <class Net>
void run_with_loss(Options const& o) {
  if (o.loss == "tet") run<Net>(o, tet::TetLoss{.lambda = o.lambda});
  else run<Net>(o, tet::SdtLoss{});
}

}  // namespace

int main(int argc, char** argv) try {
  Options options;
  int status = 0;
  if (!parse(argc, argv, options, status)) return status;
  if (options.threads > 0) tet::set_threads(options.threads);
  if (options.network == "resnet19") run_with_loss<tet::zoo::ResNet19<>>(options);
  else run_with_loss<tet::zoo::CifarSmall<>>(options);
} catch (std::exception const& error) {
  std::fprintf(stderr, "cifar10: %s\n", error.what());
  return 1;
}

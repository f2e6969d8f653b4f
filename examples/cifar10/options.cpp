// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <examples/parse.hpp>

bool parse(int argc, char** argv, Options& o, int& status) {
  CLI::App app{"Trains a spiking network on CIFAR-10 and evaluates it at 1 to 8 timesteps"};
  app.option_defaults()->always_capture_default();
  app.add_option("--data", o.data, "folder with data_batch_1.bin … test_batch.bin")->check(CLI::ExistingDirectory);
  app.add_option("--backend", o.backend)->check(CLI::IsMember({"cpu", "cuda"}));
  app.add_option("--network", o.network)->check(CLI::IsMember({"cifar_small", "resnet19"}));
  app.add_option("--loss", o.loss)->check(CLI::IsMember({"tet", "sdt"}));
  app.add_option("--lambda", o.lambda, "weight of TET's regulariser")->check(CLI::Range(0.0, 1.0));
  app.add_option("-T,--timesteps", o.timesteps)->check(CLI::Range(1L, 1000L));
  app.add_option("--epochs", o.epochs)->check(CLI::Range(1L, 100000L));
  app.add_option("--batch", o.batch)->check(CLI::Range(1L, 100000L));
  app.add_option("--learning-rate", o.learning_rate)->check(CLI::PositiveNumber);
  app.add_option("--seed", o.seed);
  app.add_flag("--augment,!--no-augment", o.augment, "random crops with padding 4, and flips");
  app.add_flag("--resume", o.resume, "go on from the checkpoint in the output folder");
  app.add_option("--checkpoint-every", o.checkpoint_every, "steps between checkpoints; 0: each epoch only")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--output", o.output, "folder for run.ckpt, metrics.csv and weights.safetensors");
  app.add_option("--weights", o.weights, "safetensors file to start from, PyTorch's included")
      ->check(CLI::ExistingFile);
  app.add_option("--threads", o.threads, "0: TET_NUM_THREADS, or all cores")->check(CLI::NonNegativeNumber);
  return parse(app, argc, argv, status);
}

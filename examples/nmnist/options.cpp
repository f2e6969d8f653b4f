// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <examples/parse.hpp>

bool parse(int argc, char** argv, Options& o, int& status) {
  CLI::App app{"Trains a small spiking network on N-MNIST recordings, with SDT and with TET"};
  app.option_defaults()->always_capture_default();
  app.add_option("--data", o.data, "folder with Train/0 … 9/*.bin and Test/0 … 9/*.bin")->check(CLI::ExistingDirectory);
  app.add_option("--loss", o.loss)->check(CLI::IsMember({"both", "sdt", "tet"}));
  app.add_option("--lambda", o.lambda, "weight of TET's regulariser")->check(CLI::Range(0.0, 1.0));
  app.add_option("-T,--timesteps", o.timesteps, "frames of a recording")->check(CLI::Range(1L, 1000L));
  app.add_option("--duration", o.duration, "of a frame, in microseconds")->check(CLI::Range(1L, 10000000L));
  app.add_option("--epochs", o.epochs)->check(CLI::Range(1L, 100000L));
  app.add_option("--batch", o.batch)->check(CLI::Range(1L, 100000L));
  app.add_option("--learning-rate", o.learning_rate)->check(CLI::PositiveNumber);
  app.add_option("--seeds", o.seeds, "runs of each loss, with seeds one after the other")->check(CLI::Range(1L, 1000L));
  app.add_option("--first-seed", o.first_seed);
  app.add_flag("--resume", o.resume, "go on from the checkpoints in the output folder; finished runs are not repeated");
  app.add_option("--output", o.output, "folder for weights (tet-1.safetensors …), checkpoints, metrics, results.csv");
  app.add_option("--threads", o.threads, "0: TET_NUM_THREADS, or all cores")->check(CLI::NonNegativeNumber);
  return parse(app, argc, argv, status);
}

// SPDX-License-Identifier: MIT
#pragma once

#include "digits_dataset.hpp"
#include "event_camera.hpp"
#include "network.hpp"

#include <tet/tet.hpp>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace digits {

inline constexpr tet::Timesteps timesteps{EventCamera::steps};

struct Outcome {
  tet::Evaluation evaluation;
  tet::analysis::SpikeActivity activity;
  double seconds = 0;
};

template <class Backend, class Loss>
Outcome train(Splits const& data, Loss const& loss, tet::Seed seed) {
  tet::Model<Net, Backend> model{seed};
  tet::Adam optimizer{model, {.learning_rate = 1e-3}};
  auto const begin = std::chrono::steady_clock::now();
  tet::fit(model, optimizer, data.train, tet::FitOptions{.batch_size = 32, .seed = seed}, tet::CosineSchedule{},
           tet::TrainingStage{8, timesteps, loss});
  double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return {tet::evaluate(model, data.test, timesteps), tet::analysis::spike_activity(model, data.test, timesteps),
          seconds};
}

inline void print_table(Outcome const& sdt, Outcome const& tet) {
  std::printf("\n%-28s %10s %10s\n", "", "SDT", "TET");
  for (std::size_t t = 0; t < sdt.evaluation.accuracy_at.size(); ++t)
    std::printf("test accuracy at T = %zu       %8.1f %% %8.1f %%\n", t + 1, 100 * sdt.evaluation.accuracy_at[t],
                100 * tet.evaluation.accuracy_at[t]);
  std::printf("%-28s %8.1f %% %8.1f %%\n", "spike rate", 100 * sdt.activity.rate(), 100 * tet.activity.rate());
  std::printf("%-28s %8.2f M %8.2f M\n", "synaptic operations, T = 8",
              sdt.activity.synaptic_operations_per_sample() * 1e-6,
              tet.activity.synaptic_operations_per_sample() * 1e-6);
  std::printf("%-28s %8.1f s %8.1f s\n", "training", sdt.seconds, tet.seconds);
}

/// What the command line says after --backend, or `otherwise`.
/// Throws: std::invalid_argument for any other command line.
inline std::string backend_of(int argc, char** argv, std::string const& otherwise) {
  if (argc == 1) return otherwise;
  std::string const backend = argc == 3 && std::string(argv[1]) == "--backend" ? argv[2] : "";
  if (backend != "cpu" && backend != "cuda")
    throw std::invalid_argument("expected no arguments, or --backend cpu|cuda");
  return backend;
}

/// Records the digits, trains both networks on one backend, and prints what they reach.
template <class Backend>
void run() {
  tet::Seed const seed{1};
  auto const data = record_digits(read_digits(TET_EXAMPLES_DATA_DIR "/digits.txt"), EventCamera{.seed = seed});
  std::printf("%s\n", tet::describe<Net, Backend>(timesteps, tet::BatchSize{32}).c_str());
  std::printf("%td training and %td test recordings of handwritten digits, %d threads\n\n", data.train.size(),
              data.test.size(), tet::threads());
  Outcome const sdt = train<Backend>(data, tet::SdtLoss{}, seed);
  Outcome const tet = train<Backend>(data, tet::TetLoss{.lambda = 0.05}, seed);
  print_table(sdt, tet);
}

}  // namespace digits

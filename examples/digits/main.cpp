// SPDX-License-Identifier: MIT

// The main job of tet in half a minute: one spiking network, trained twice on handwritten digits seen by a simulated
// event camera, once with the standard loss (SDT) and once with temporal efficient training (TET), then run for 1 to 8
// timesteps.

#include "digits_dataset.hpp"
#include "event_camera.hpp"
#include "network.hpp"

#include <tet/tet.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

namespace {

using digits::Net;

constexpr tet::Timesteps timesteps{digits::EventCamera::steps};

struct Outcome {
  tet::Evaluation evaluation;
  tet::analysis::SpikeActivity activity;
  double seconds = 0;
};

template <class Loss>
Outcome train(digits::Splits const& data, Loss const& loss, tet::Seed seed) {
  tet::Model<Net, tet::Cpu> model{seed};
  tet::Adam optimizer{model, {.learning_rate = 1e-3}};
  auto const begin = std::chrono::steady_clock::now();
  tet::fit(model, optimizer, data.train, tet::FitOptions{.batch_size = 32, .seed = seed}, tet::CosineSchedule{},
           tet::TrainingStage{8, timesteps, loss});
  double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return {tet::evaluate(model, data.test, timesteps), tet::analysis::spike_activity(model, data.test, timesteps),
          seconds};
}

void print_table(Outcome const& sdt, Outcome const& tet) {
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

}  // namespace

int main() try {
  tet::Seed const seed{1};
  auto const data = digits::record_digits(digits::read_digits(TET_EXAMPLES_DATA_DIR "/digits.txt"),
                                          digits::EventCamera{.seed = seed});
  std::printf("%s\n", tet::describe<Net, tet::Cpu>(timesteps, tet::BatchSize{32}).c_str());
  std::printf("%td training and %td test recordings of handwritten digits, %d threads\n\n", data.train.size(),
              data.test.size(), tet::threads());
  Outcome const sdt = train(data, tet::SdtLoss{}, seed);
  Outcome const tet = train(data, tet::TetLoss{.lambda = 0.05}, seed);
  print_table(sdt, tet);
} catch (std::exception const& error) {
  std::fprintf(stderr, "digits: %s\n", error.what());
  return 1;
}

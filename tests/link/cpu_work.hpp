// SPDX-License-Identifier: MIT
#pragma once

#include <tests/inference/exact_network.hpp>
#include <tests/support/random_batch.hpp>
#include <tet/cpu.hpp>

#include <string>
#include <typeinfo>
#include <vector>

namespace tet::test {

/// Losses of some training steps of a small network. Every primitive that training asks of a backend takes part.
template <class Backend>
std::vector<double> losses_of_training() {
  using Net = Network<Input<6, 6, 2>, Conv2d<8, 3>, BatchNorm<>, Lif<>, AvgPool2d<2>, Conv2d<8, 3>, BatchNorm<>, Lif<>,
                      Flatten, Linear<10>>;
  Model<Net, Backend, double> model{Seed{7}};
  Adam optimizer{model};
  Batch const batch = random_batch<Net>(3, 4, Presentation::temporal);
  std::vector<double> losses;
  for (int step = 0; step < 5; ++step) losses.push_back(train_step(model, TetLoss{}, optimizer, batch).loss);
  return losses;
}

/// A network whose engine uses every kernel on packed weights: for analog input, spikes and counts, and of the first two
/// layers images large enough for Winograd's algorithm.
using LinkedNet =
    Network<Input<12, 12, 2>, Conv2d<16>, BatchNorm<>, OffGridLif<>, Conv2d<16>, BatchNorm<>, OffGridLif<>,
            AvgPool2d<2>, Conv2d<16>, BatchNorm<>, OffGridLif<>, Flatten, Linear<8>, OffGridLif<>, Linear<5>>;

/// Logits of an engine: of a whole sequence, then of the timesteps one by one.
template <class Backend, class Precision>
std::vector<double> logits_of_inference() {
  Index const timesteps = 6, batch = 3;
  auto const model = exact_model<LinkedNet>(Seed{8}, 0.25, Backend{});
  Inference<LinkedNet, Backend, Precision> engine{model, {.batch_size = batch}};
  auto const input = exact_input<LinkedNet>(Seed{9}, timesteps * batch);
  auto const whole =
      engine.run(InputBatch<float>{input, Timesteps{timesteps}, BatchSize{batch}, Presentation::temporal});
  std::vector<double> logits(whole.begin(), whole.end());
  auto const frame = Index(input.size()) / timesteps;
  for (Index t = 0; t < timesteps; ++t) {
    auto const step = engine.step(std::vector<float>(input.begin() + t * frame, input.begin() + (t + 1) * frame));
    logits.insert(logits.end(), step.logits.begin(), step.logits.end());
  }
  return logits;
}

/// One piece of work on the CPU backend in the object that calls cpu_work.
struct CpuWork {
  std::string name;
  std::vector<std::type_info const*> types;  // some of what does it
  std::vector<double> results;
};

template <class Backend>
std::vector<CpuWork> cpu_work() {
  set_threads(2);
  std::vector<std::type_info const*> const of_training{&typeid(Model<LinkedNet, Backend>), &typeid(cpu::Partition)},
      of_inference{&typeid(Inference<LinkedNet, Backend>), &typeid(cpu::NeuronOutput<OffGridLif<>, Spike>),
                   &typeid(conv::SpikeForward<>)};
  return {{"training", of_training, losses_of_training<Backend>()},
          {"inference in float", of_inference, logits_of_inference<Backend, Float32>()},
          {"inference in whole numbers", of_inference, logits_of_inference<Backend, Int8>()}};
}

}  // namespace tet::test

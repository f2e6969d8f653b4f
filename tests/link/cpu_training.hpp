// SPDX-License-Identifier: MIT
#pragma once

#include <tests/support/random_batch.hpp>
#include <tet/cpu.hpp>

#include <vector>

namespace tet::test {

/// Losses of some training steps of a small network. Every primitive that training asks of a backend takes part.
template <class Backend>
std::vector<double> losses_of_training() {
  using Net = Network<Input<6, 6, 2>, Conv2d<8, 3>, BatchNorm<>, Lif<>, AvgPool2d<2>, Conv2d<8, 3>, BatchNorm<>, Lif<>,
                      Flatten, Linear<10>>;
  set_threads(2);
  Model<Net, Backend, double> model{Seed{7}};
  Adam optimizer{model};
  Batch const batch = random_batch<Net>(3, 4, Presentation::temporal);
  std::vector<double> losses;
  for (int step = 0; step < 5; ++step) losses.push_back(train_step(model, TetLoss{}, optimizer, batch).loss);
  return losses;
}

}  // namespace tet::test

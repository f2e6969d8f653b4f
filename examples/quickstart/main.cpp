// SPDX-License-Identifier: MIT
// As the README shows it:
// clang-format off
// [doc:quickstart]
#include <tet/tet.hpp>

#include <iostream>

using Neuron = tet::Lif<tet::LifConfig{.tau = 0.5f, .threshold = 1.0f, .reset = tet::Reset::hard}, tet::Triangle<>>;

template <tet::Index Channels>
using Block = tet::Sequential<tet::Conv2d<Channels, 3>, tet::BatchNorm<>, Neuron>;

using Net = tet::Network<tet::Input<32, 32, 3>,
    Block<64>, Block<128>, tet::AvgPool2d<2>, Block<256>, tet::AvgPool2d<2>, tet::Flatten, tet::Linear<10>>;

int main(int argc, char** argv) {
  auto [train, test] = tet::data::cifar10(argc > 1 ? argv[1] : "cifar-10-batches-bin");
  tet::Model<Net, tet::Cpu> model{tet::Seed{1}};
  tet::Adam optimizer{model, {.learning_rate = 1e-3f}};
  tet::TetLoss loss{.lambda = 0.05f};

  for (const auto& batch : tet::data::batches(train, 64, tet::Timesteps{4}))
    tet::train_step(model, loss, optimizer, batch);

  std::cout << tet::evaluate(model, test, tet::Timesteps{4}) << '\n';
}
// [doc:quickstart]

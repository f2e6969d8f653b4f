// SPDX-License-Identifier: MIT
#include "train_network.hpp"

namespace recipes {

void train_spiking_resnet34(Recipe const& recipe, Data const& data, Start start) {
  train_network<tet::zoo::SpikingResNet34<1000, Neuron>>(recipe, data, start);
}

}  // namespace recipes

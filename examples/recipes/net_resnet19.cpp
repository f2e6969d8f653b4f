// SPDX-License-Identifier: MIT
#include "train_network.hpp"

namespace recipes {

void train_resnet19(Recipe const& recipe, Data const& data, Start start) {
  if (data.train.classes() == 100) train_network<tet::zoo::ResNet19<100, Neuron>>(recipe, data, start);
  else train_network<tet::zoo::ResNet19<10, Neuron>>(recipe, data, start);
}

}  // namespace recipes

// SPDX-License-Identifier: MIT
#include "train_network.hpp"

namespace recipes {

void train_cifar_small(Recipe const& recipe, Data const& data, Start start) {
  if (data.train.classes() == 100) train_network<tet::zoo::CifarSmall<100, Neuron>>(recipe, data, start);
  else train_network<tet::zoo::CifarSmall<10, Neuron>>(recipe, data, start);
}

}  // namespace recipes

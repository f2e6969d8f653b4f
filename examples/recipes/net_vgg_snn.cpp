// SPDX-License-Identifier: MIT
#include "train_network.hpp"

namespace recipes {

void train_vgg_snn(Recipe const& recipe, Data const& data, Start start) {
  train_network<tet::zoo::VggSnn<10, Neuron>>(recipe, data, start);
}

}  // namespace recipes

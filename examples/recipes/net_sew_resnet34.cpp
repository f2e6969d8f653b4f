// SPDX-License-Identifier: MIT
#include "train_network.hpp"

namespace recipes {

void train_sew_resnet34(Recipe const& recipe, Data const& data, Start start) {
  train_network<tet::zoo::SewResNet34<1000, tet::Join::add, Neuron>>(recipe, data, start);
}

}  // namespace recipes

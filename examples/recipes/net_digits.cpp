// SPDX-License-Identifier: MIT
#include "train_network.hpp"

namespace recipes {
namespace {

using tet::zoo::VggBlock;

/// For the embedded digits as an event camera sees them; trains in seconds.
using Net = tet::Network<tet::Input<20, 20, 2, tet::Spike>,        // (20, 20, 2)
                         VggBlock<16, Neuron>, tet::AvgPool2d<2>,  // (10, 10, 16)
                         VggBlock<32, Neuron>, tet::AvgPool2d<2>,  // (5, 5, 32)
                         tet::Flatten, tet::Linear<10>>;

}  // namespace

void train_digits(Recipe const& recipe, Data const& data, Start start) { train_network<Net>(recipe, data, start); }

}  // namespace recipes

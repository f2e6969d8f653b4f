// SPDX-License-Identifier: MIT
#include "networks.hpp"

static int const registered =
    bench::register_network<tet::zoo::ResNet19<>>("resnet19", tet::Presentation::repeated, {{4, 8}, {2, 16}});

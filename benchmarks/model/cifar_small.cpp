// SPDX-License-Identifier: MIT
#include "networks.hpp"

static int const registered =
    bench::register_network<tet::zoo::CifarSmall<>>("cifar_small", tet::Presentation::repeated, {{4, 32}});

// SPDX-License-Identifier: MIT
#include "networks.hpp"

static int const registered =
    bench::register_network<tet::zoo::VggSnn<>>("vggsnn", tet::Presentation::temporal, {{10, 8}, {10, 16}});

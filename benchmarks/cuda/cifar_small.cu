// SPDX-License-Identifier: MIT
#include "networks.cuh"

static int const registered = bench::register_cuda_network<tet::zoo::CifarSmall<>>(
    "cifar_small", tet::Presentation::repeated, {{4, 8}, {4, 32}, {4, 128}, {4, 256}});

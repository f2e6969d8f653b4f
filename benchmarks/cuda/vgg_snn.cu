// SPDX-License-Identifier: MIT
#include "networks.cuh"

static int const registered = bench::register_cuda_network<tet::zoo::VggSnn<>>("vggsnn", tet::Presentation::temporal,
                                                                               {{10, 8}, {10, 32}, {10, 128}});

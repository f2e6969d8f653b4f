// SPDX-License-Identifier: MIT
#include "networks.cuh"

static int const registered = bench::register_cuda_network<tet::zoo::ResNet19<>>(
    "resnet19", tet::Presentation::repeated, {{4, 8}, {4, 32}, {4, 128}, {2, 128}, {6, 128}});

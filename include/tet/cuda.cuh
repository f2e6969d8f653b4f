// SPDX-License-Identifier: MIT
#pragma once

// Everything neutral and the CUDA backend: for .cu files of targets that link tet::cuda.

#include <tet/backend/cuda/device.cuh>
#include <tet/backend/cuda/primitives.cuh>
#include <tet/neutral.hpp>

namespace tet {

/// The CUDA backend on the current device, with a stream of its own.
using Cuda = BasicCuda<gpu::Device>;

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

// All of tet but io/, whose headers bring the libraries of their file formats. In a .cu file of a target that links
// tet::cuda, both backends.

#include <tet/cpu.hpp>

#if defined(__CUDACC__) && defined(TET_ENABLE_CUDA)
#include <tet/cuda.cuh>
#endif

// SPDX-License-Identifier: MIT
#pragma once

// The one header that includes Eigen. Under nvcc Eigen must not try its own CUDA support: it costs seconds and dozens
// of warnings.
#if defined(__CUDACC__)
#if defined(EIGEN_CORE_H) && !defined(EIGEN_NO_CUDA)
#error "tet: include <tet/tet.hpp> before Eigen in a .cu file, or define EIGEN_NO_CUDA first"
#endif
#ifndef EIGEN_NO_CUDA
#define EIGEN_NO_CUDA
#endif
#endif

#include <Eigen/Core>

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/version.hpp>

// Kernels have internal visibility, and a name that holds version and architectures: two libraries in one process that were
// built with different versions of tet, or for different devices, never launch each other's.

#define TET_KERNEL __global__ __attribute__((visibility("hidden"))) void

#define TET_CUDA_JOIN_(a, b, c, d) a##b##_##c##_##d
#define TET_CUDA_JOIN(a, b, c, d) TET_CUDA_JOIN_(a, b, c, d)
#define TET_CUDA_VERSION TET_CUDA_JOIN(v, TET_VERSION_MAJOR, TET_VERSION_MINOR, TET_VERSION_PATCH)

#define TET_CUDA_LIST_(...) TET_CUDA_LIST_OF(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define TET_CUDA_LIST_OF(a, b, c, d, e, f, g, ...) TET_CUDA_NAME(TET_CUDA_VERSION, a, b, c, d, e, f, g)
#define TET_CUDA_NAME(v, a, b, c, d, e, f, g) TET_CUDA_NAME_(v, a, b, c, d, e, f, g)
#define TET_CUDA_NAME_(v, a, b, c, d, e, f, g) v##_##a##_##b##_##c##_##d##_##e##_##f##_##g
#define TET_CUDA_ABI_OF(list) TET_CUDA_LIST_(list)

/// Inline namespace of all kernels, for example v0_1_0_900_0_0_0_0_0_0: the version and the architectures compiled for.
#if defined(__CUDA_ARCH_LIST__)
#define TET_CUDA_ABI TET_CUDA_ABI_OF(__CUDA_ARCH_LIST__)
#else
#define TET_CUDA_ABI TET_CUDA_VERSION
#endif

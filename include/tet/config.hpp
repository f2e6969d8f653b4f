// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>

// The only macros of the library; everything else is language.

/// Marks a function that runs on the host and on a GPU thread.
#if defined(__CUDACC__)
#define TET_HD __host__ __device__
#else
#define TET_HD
#endif

#define TET_RESTRICT __restrict__

/// Checks an invariant of an inner loop: on in every test build, off with NDEBUG.
#define TET_ASSERT(condition) assert(condition)

/// Unrolls the loop that follows. Host compilers and nvcc each warn of the other's spelling.
#if defined(__CUDA_ARCH__)
#define TET_UNROLL(count) _Pragma("unroll")
#elif defined(__CUDACC__)
#define TET_UNROLL(count)
#else
#define TET_UNROLL(count) TET_PRAGMA(GCC unroll count)
#define TET_PRAGMA(text) _Pragma(#text)
#endif

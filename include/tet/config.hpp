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

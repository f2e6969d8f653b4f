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

/// Inline namespace of the CPU backend. nvcc's front end rewrites the host's half of a program before the host's compiler sees it,
/// constants that closures would capture among it: the same closure may have another layout in an object of nvcc than in one of the
/// host's compiler alone, under the same name, and a program of both would mix them. With this namespace their instantiations have
/// different names. So what names tet::Cpu, such as a Model<Net, Cpu>&, cannot cross between a .cpp and a .cu file of one program:
/// that does not link. Files, plain arrays and neutral types can.
#if defined(__CUDACC__)
#define TET_CPU_ABI nvcc_abi
#else
#define TET_CPU_ABI host_abi
#endif

// Names that only this backend uses are in it as well: a namespace that is first seen in an inline one is found there wherever
// it is opened again.
namespace tet {
inline namespace TET_CPU_ABI {
namespace cpu {}
namespace conv {}
}  // namespace TET_CPU_ABI
}  // namespace tet

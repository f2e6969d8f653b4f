// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>

#include <cstring>

namespace tet::cpu {

/// A vector that several instructions take. GCC would have each of them load it, in kernels that wait for loads.
template <class Vector>
[[gnu::always_inline]] inline Vector load_once(void const* from) {
  Vector v;
  std::memcpy(&v, from, sizeof v);
#if defined(__x86_64__) && !defined(__CUDA_ARCH__)
  asm("" : "+v"(v));
#endif
  return v;
}

}  // namespace tet::cpu

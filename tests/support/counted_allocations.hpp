// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

// Replaces the allocation functions of an executable, to count what tet asks for: include it in one of its files.
// Models' memory is what asks for whole pages. Not inlined: GCC would pair a library's `new` with the `free` in here,
// and warn.

namespace tet::test {

inline std::atomic<Index> allocations{0}, page_bytes{0};

inline void* allocate(std::size_t bytes, std::size_t alignment) {
  ++allocations;
  if (alignment >= 4096) page_bytes += Index(bytes);
  void* const block = alignment <= alignof(std::max_align_t)
                          ? std::malloc(bytes > 0 ? bytes : 1)
                          : std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace tet::test

[[gnu::noinline]] void* operator new(std::size_t bytes) { return tet::test::allocate(bytes, 1); }
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return tet::test::allocate(bytes, std::size_t(alignment));
}
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }

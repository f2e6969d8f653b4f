// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>
#include <tet/core/math.hpp>

#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace tet::cpu {

inline constexpr Index page = 4096, huge_page = Index(2) << 20;

/// Memory at the start of a page; a large block asks for huge pages, without which a kernel that walks through several
/// timesteps at once waits for page tables: measured, 0.7 of the time for a layer of neurons. It is a request: where the
/// system has none, the block has ordinary pages.
///
/// Throws: std::bad_alloc.
inline std::byte* allocate_pages(Index bytes) {
  bool const large = bytes >= 2 * huge_page;
  Index const alignment = large ? huge_page : page;
  void* const block = std::aligned_alloc(std::size_t(alignment), std::size_t(round_up(bytes, page)));
  if (block == nullptr) throw std::bad_alloc();
#if defined(__linux__)
  if (large) madvise(block, std::size_t(bytes / huge_page * huge_page), MADV_HUGEPAGE);
#endif
  return static_cast<std::byte*>(block);
}

inline void release_pages(std::byte* block) noexcept { std::free(block); }

}  // namespace tet::cpu

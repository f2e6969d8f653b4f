// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <cstddef>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace tet::cpu {

inline constexpr Index page = 4096, huge_page = Index(2) << 20;

/// Memory at the start of a page; a large block asks for huge pages, without which a kernel that walks through several
/// timesteps at once waits for page tables (docs/results.md, "neurons alone"). It is a request: where the
/// system has none, the block has ordinary pages.
///
/// Throws: std::bad_alloc.
inline std::byte* allocate_pages(Index bytes) {
  auto* const block = static_cast<std::byte*>(::operator new (std::size_t(bytes), std::align_val_t{page}));
#if defined(__linux__)
  if (bytes >= 2 * huge_page) madvise(block, std::size_t(bytes), MADV_HUGEPAGE);
#endif
  return block;
}

inline void release_pages(std::byte* block) noexcept { ::operator delete (block, std::align_val_t{page}); }

}  // namespace tet::cpu

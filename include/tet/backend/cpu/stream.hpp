// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/pack.hpp>

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace tet::cpu {

// Arrays that a kernel reads or writes once, larger than the caches.

inline constexpr std::uintptr_t cache_line = 64;

/// Asks for the cache lines of `bytes` bytes from a line's begin on, which are read much later: only as far as L2.
/// Inlined at once: GCC drops calls of functions that only prefetch.
[[gnu::always_inline]] inline void prefetch_early(std::uintptr_t from, Index bytes) {
  for (std::uintptr_t line = from; line < from + std::uintptr_t(bytes); line += cache_line)
    __builtin_prefetch(reinterpret_cast<void const*>(line), 0, 2);
}

/// Memory that is read soon, asked for a piece at each step of what comes before; no bytes: not at all.
struct AskedAhead {
  std::uintptr_t next;
  Index bytes;  // of a step

  [[gnu::always_inline]] void step() {
    prefetch_early(next, bytes);
    next += std::uintptr_t(bytes);
  }
};

/// Asks for the cache lines of `Packs` packs `Ahead` bytes after `at`. A kernel that reads several timesteps at once
/// reads few values of each before it turns to the next; the processor sees no stream in that and would wait for memory.
/// What lies behind an array's end is asked for in vain. Inlined at once: GCC drops calls of functions that only
/// prefetch.
template <int Packs, class V, int Ahead = 1024>
[[gnu::always_inline]] inline void prefetch_packs(typename V::Scalar const* at) {
  std::uintptr_t const first = reinterpret_cast<std::uintptr_t>(at) + Ahead;
  for (std::uintptr_t line = 0; line < Packs * sizeof(V); line += cache_line)
    __builtin_prefetch(reinterpret_cast<void const*>(first + line));
}

/// How a kernel's result reaches memory.
enum class Destination {
  caches,  ///< it is read again soon, or its lines have been read just before
  memory,  ///< past the caches: a store into a line that no cache holds would read that line first
};

/// Where `bytes` at `to` go, written pack by pack, `channels` to a pixel: past the caches if they are more than those hold and
/// lie in whole packs.
/// Pre: the kernel does not read what it writes.
template <class V>
Destination destination(typename V::Scalar const* to, Index channels, Index bytes) {
  constexpr Index large = Index(32) << 20;
  bool const whole = channels % V::width == 0 && reinterpret_cast<std::uintptr_t>(to) % sizeof(V) == 0;
  return whole && bytes >= large ? Destination::memory : Destination::caches;
}

/// Stores a pack past the caches where the machine has such a store. Pre: aligned to the pack.
template <class Scalar, int Width>
[[gnu::always_inline]] inline void store_past_caches(Scalar* to, Pack<Scalar, Width> value) {
#if defined(__SSE2__) && !defined(__CUDA_ARCH__)
#if defined(__AVX512F__)
  using Part = __m512i;
#elif defined(__AVX__)
  using Part = __m256i;
#else
  using Part = __m128i;
#endif
  for (std::size_t at = 0; at < sizeof value; at += sizeof(Part)) {
    Part part;
    std::memcpy(&part, reinterpret_cast<std::byte const*>(&value.v) + at, sizeof part);
    auto* const place = reinterpret_cast<Part*>(reinterpret_cast<std::byte*>(to) + at);
#if defined(__AVX512F__)
    _mm512_stream_si512(place, part);
#elif defined(__AVX__)
    _mm256_stream_si256(place, part);
#else
    _mm_stream_si128(place, part);
#endif
  }
#else
  value.store(to);
#endif
}

/// Orders stores past the caches before those that tell another thread of them.
inline void finish_stores_past_caches() {
#if defined(__SSE2__)
  _mm_sfence();
#endif
}

}  // namespace tet::cpu

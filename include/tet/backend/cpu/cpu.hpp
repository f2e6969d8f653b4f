// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/pages.hpp>
#include <tet/backend/cpu/tbb_loops.hpp>
#include <tet/config.hpp>
#include <tet/core/index.hpp>
#include <tet/core/repeated_work.hpp>
#include <tet/core/threads.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace tet {
inline namespace TET_CPU_ABI {

/// The CPU backend: where its loops run, and its memory. Primitives are free functions with it as first argument.
///
/// `Loops` executes tasks: TbbLoops, or plain threads in tests under ThreadSanitizer. How work is cut into tasks never
/// depends on the number of threads, so results do not either.
template <class Loops>
class BasicCpu {
 public:
  explicit BasicCpu(int threads = tet::threads()) : loops_(threads) {}

  /// At most so many tasks run at once.
  Index slots() const { return loops_.threads(); }

  /// Calls body(task, slot) for task in 0 … tasks - 1; tasks that run at once have different slots in 0 … slots() - 1.
  template <class Body>
  void parallel_for(Index tasks, Body const& body) {
    loops_.run(tasks, body);
  }

  /// Work that may be kept and started as one; here it just runs.
  template <class Body>
  void repeat(RepeatedWork const&, Body const& body) {
    body();
  }

  /// Copies from the host before what is asked for next.
  void bring(std::byte* to, void const* from, Index bytes) { upload(to, from, bytes); }

  static constexpr char const* name = "cpu";

  static std::byte* allocate(Index bytes) { return cpu::allocate_pages(bytes); }
  static void release(std::byte* block) noexcept { cpu::release_pages(block); }
  static void clear(std::byte* block, Index bytes) { std::memset(block, 0, std::size_t(bytes)); }
  static void upload(std::byte* to, void const* from, Index bytes) { std::memcpy(to, from, std::size_t(bytes)); }
  static void download(void* to, std::byte const* from, Index bytes) { std::memcpy(to, from, std::size_t(bytes)); }

 private:
  Loops loops_;
};

using Cpu = BasicCpu<TbbLoops>;

}  // namespace TET_CPU_ABI
}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace tet::test {

/// Executes the tasks of a loop on plain threads, made and joined by each call: an executor that ThreadSanitizer sees
/// into, with the interface of TbbLoops.
class ThreadLoops {
 public:
  explicit ThreadLoops(int threads) : threads_(threads) {}

  int threads() const { return threads_; }

  template <class Body>
  void run(Index tasks, Body const& body) {
    std::atomic<Index> next{0};
    // Relaxed: taking a task orders nothing, so a race between two tasks stays visible.
    auto const work = [&](Index slot) {
      for (Index task; (task = next.fetch_add(1, std::memory_order_relaxed)) < tasks;) body(task, slot);
    };
    std::vector<std::jthread> workers;
    for (Index slot = 1; slot < threads_; ++slot) workers.emplace_back(work, slot);
    work(0);
  }

 private:
  int threads_;
};

}  // namespace tet::test

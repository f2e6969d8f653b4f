// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>
#include <tet/core/index.hpp>

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <memory>

namespace tet {
inline namespace TET_CPU_ABI {

/// Executes the tasks of a loop on oneTBB's workers, at most `threads` at once.
class TbbLoops {
 public:
  explicit TbbLoops(int threads) : threads_(threads), arena_(std::make_unique<tbb::task_arena>(threads)) {}

  int threads() const { return threads_; }

  /// Calls body(task, slot) for each task in 0 … tasks - 1; two tasks that run at once have different slots in 0 …
  /// threads() - 1.
  template <class Body>
  void run(Index tasks, Body const& body) {
    run_tasks(tasks, Task{&body, [](void const* loop, Index task, Index slot) {
                            (*static_cast<Body const*>(loop))(task, slot);
                          }});
  }

 private:
  /// The body of any loop as one type: oneTBB's templates are instantiated once, not for each loop of a program.
  struct Task {
    void const* loop;
    void (*call)(void const* loop, Index task, Index slot);

    void operator()(Index task, Index slot) const { call(loop, task, slot); }
  };

  /// A template, so that a program without loops does not compile it.
  template <class Body>
  void run_tasks(Index tasks, Body const& body) {
    if (threads_ == 1 || tasks == 1) {
      for (Index task = 0; task < tasks; ++task) body(task, Index(0));
      return;
    }
    arena_->execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<Index>(0, tasks, 1),
          [&](tbb::blocked_range<Index> const& range) {
            Index const slot = tbb::this_task_arena::current_thread_index();
            for (Index task = range.begin(); task != range.end(); ++task) body(task, slot);
          },
          tbb::simple_partitioner{});
    });
  }

  int threads_;
  std::unique_ptr<tbb::task_arena> arena_;
};

}  // namespace TET_CPU_ABI
}  // namespace tet

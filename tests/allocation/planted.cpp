// SPDX-License-Identifier: MIT
#include <tests/allocation/network.hpp>
#include <tests/allocation/recorder.hpp>
#include <tests/support/skip.hpp>
#include <tet/loss/concepts.hpp>
#include <tet/loss/sdt.hpp>
#include <tet/optim/sgd.hpp>
#include <tet/train/train_step.hpp>

#include <doctest/doctest.h>
#include <oneapi/tbb/cache_aligned_allocator.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/tbb_allocator.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

// That the tests of this folder can fail: planted allocations are found, and TBB's pool is told from them.

#if TET_ALLOCATIONS_SEEN

namespace {

using namespace tet;

void* volatile sink = nullptr;  // a block whose address went here was really allocated

/// A loss that allocates where a backend calls it: in a task, on any thread.
struct AllocatingLoss {
  static constexpr char const* name = "allocating";

  template <class Scalar>
  Scalar operator()(LossTerm<Scalar> const& term) const {
    std::vector<Scalar> const copy(term.output, term.output + term.classes);
    sink = const_cast<Scalar*>(copy.data());
    return SdtLoss{}(term);
  }
};
static_assert(TimestepLoss<AllocatingLoss>);

/// One allocation of each kind.
int allocations_of_each_kind() {
  int count = 0;
  auto const use = [&](void* block) {
    sink = block;
    std::free(block);
    ++count;
  };
  use(std::malloc(24));
  use(std::calloc(3, 8));
  use(std::realloc(nullptr, 24));
  use(std::aligned_alloc(64, 64));
  void* block = nullptr;
  if (posix_memalign(&block, 64, 64) == 0) use(block);
  sink = ::operator new(24), ::operator delete(sink), ++count;
  sink = ::operator new (64, std::align_val_t{64}), ::operator delete (sink, std::align_val_t{64}), ++count;
  std::string text(100, 'x');
  sink = text.data(), ++count;
  auto const shared = std::make_shared<int>(1);
  sink = shared.get(), ++count;
  return count;
}

}  // namespace

TEST_CASE("Recorder: each way to allocate is counted, on this thread and on others [allocation]") {
  int expected = 0;
  auto const here = allocation::record([&] { expected = allocations_of_each_kind(); });
  CHECK(here.program == expected);
  CHECK(here.task_pool == 0);
  CHECK(test::mentions(here.first, "malloc of 24 bytes"));
  auto const there = allocation::record([&] { std::thread([&] { allocations_of_each_kind(); }).join(); });
  CHECK(there.program > expected);  // the thread itself is made of memory, too
  CHECK(allocation::record([] {}).program == 0);
}

TEST_CASE("Recorder: what a loss allocates in a training step is found [allocation]") {
  for (int const threads : {1, 2}) {
    CAPTURE(threads);
    Model<allocation::Net, Cpu> model{Seed{1}, Cpu(threads)};
    Sgd optimizer{model};
    Batch const batch = test::random_batch<allocation::Net>(2, 3, Presentation::temporal);
    train_step(model, AllocatingLoss{}, optimizer, batch);
    auto const record = allocation::record([&] { train_step(model, AllocatingLoss{}, optimizer, batch); });
    CHECK(record.program == 2 * 3);  // once for each timestep of each sample
    CHECK(!record.first.empty());
  }
}

TEST_CASE("Recorder: tasks of oneTBB are its own, memory that it gives to the program is not [allocation]") {
  // A thread that is new to TBB makes its pool of tasks grow.
  auto const tasks = [] { tbb::parallel_for(0, 1000, [](int) {}); };
  tasks();
  std::atomic<int> turn{0};
  auto const await = [&](int value) {
    while (turn != value) std::this_thread::yield();
  };
  std::thread fresh([&] {
    await(1);
    tasks();
    turn = 2;
  });
  auto const pool = allocation::record([&] {
    turn = 1;
    await(2);
  });
  fresh.join();
  CAPTURE(pool.first);
  CHECK(pool.program == 0);
  CHECK(pool.task_pool > 0);

  tbb::cache_aligned_allocator<char> aligned;
  tbb::tbb_allocator<char> scalable;
  char *a = nullptr, *b = nullptr;
  CHECK(allocation::record([&] { a = aligned.allocate(100), b = scalable.allocate(100); }).program == 2);
  aligned.deallocate(a, 100), scalable.deallocate(b, 100);
}

#else

TEST_CASE("Recorder: planted allocations are found [allocation]") {
  TET_SKIP("malloc cannot be replaced here: a sanitizer has done so, or the C library is not glibc");
}

#endif

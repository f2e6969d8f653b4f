// SPDX-License-Identifier: MIT
#include <tests/support/adaptive_lif.hpp>
#include <tests/support/reference.hpp>
#include <tet/backend/cpu/primitives.hpp>
#include <tet/layer/layers.hpp>
#include <tet/loss/losses.hpp>
#include <tet/model/model.hpp>
#include <tet/neuron/neurons.hpp>
#include <tet/optim/adam.hpp>
#include <tet/train/train_step.hpp>

#include <doctest/doctest.h>
#include <oneapi/tbb/global_control.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

using namespace tet;

namespace {

/// Which threads run tasks. Until a second one has come, tasks of a loop wait for it, so that no thread does all the
/// work alone.
class Meeting {
 public:
  void reset() {
    std::lock_guard const lock(mutex_);
    threads_.clear();
    patience_ = 3;
  }
  std::size_t threads() {
    std::lock_guard const lock(mutex_);
    return threads_.size();
  }
  void attend() {
    std::unique_lock lock(mutex_);
    threads_.insert(std::this_thread::get_id());
    if (threads_.size() > 1) return changed_.notify_all();
    if (patience_ == 0) return;  // it does not come: the test says so, rather than hang
    if (!changed_.wait_for(lock, std::chrono::seconds(10), [&] { return threads_.size() > 1; })) --patience_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::thread::id> threads_;
  int patience_ = 0;
};

Meeting meeting;

/// oneTBB's loops, observed.
class ObservedLoops {
 public:
  explicit ObservedLoops(int threads) : loops_(threads) {}
  int threads() const { return loops_.threads(); }

  template <class Body>
  void run(Index tasks, Body const& body) {
    bool const shared = tasks > 1 && threads() > 1;
    loops_.run(tasks, [&](Index task, Index slot) {
      if (shared) meeting.attend();
      body(task, slot);
    });
  }

 private:
  TbbLoops loops_;
};

using Block = Sequential<Conv2d<12>, BatchNorm<>, Lif<>>;
using Net = Network<Input<10, 10, 2>, Block, Residual<Sequential<Conv2d<12>, BatchNorm<>>>, test::AdaptiveLif<>,
                    AvgPool2d<2>, Block, Flatten, Linear<10>>;
using Observed = BasicCpu<ObservedLoops>;

/// Losses, parameters and statistics after a few steps: every bit of a run.
std::vector<double> train(Index batch_size, int threads) {
  Model<Net, Observed> model{Seed{191}, Observed(threads)};
  Adam optimizer{model, {.learning_rate = 1e-2}};
  std::vector<double> bits;
  for (std::uint64_t step = 0; step < 3; ++step) {
    bool const frames = step % 2 == 0;
    Batch batch{.values = {},
                .labels = {},
                .timesteps = 3,
                .batch_size = batch_size,
                .presentation = frames ? Presentation::temporal : Presentation::repeated,
                .shape = Net::input_shape};
    auto const count = std::size_t((frames ? 3 : 1) * batch_size * Net::input_shape.size());
    batch.values = test::random_values<float>({192}, step, count, -1, 2);
    for (Index b = 0; b < batch_size; ++b) batch.labels.push_back(int(b % 10));
    bits.push_back(train_step(model, TetLoss{}, optimizer, batch).loss);
  }
  for (float const p : model.parameter_storage().download()) bits.push_back(double(p));
  for (float const s : model.statistic_storage().download()) bits.push_back(double(s));
  return bits;
}

}  // namespace

TEST_CASE("Model: one and two threads train to the same bits twenty times over [model]") {
  // Two workers even where there is one core.
  oneapi::tbb::global_control const two(oneapi::tbb::global_control::max_allowed_parallelism, 2);
  for (Index const batch_size : {1, 3, 16}) {
    CAPTURE(batch_size);
    auto const want = train(batch_size, 1);
    for (int repeat = 0; repeat < 20; ++repeat) {
      CAPTURE(repeat);
      meeting.reset();
      CHECK(train(batch_size, 2) == want);
      CHECK(meeting.threads() == 2);
    }
  }
}

TEST_CASE("Model: more threads than tasks or cores train to the same bits [model]") {
  oneapi::tbb::global_control const seven(oneapi::tbb::global_control::max_allowed_parallelism, 7);
  meeting.reset();
  CHECK(train(3, 7) == train(3, 1));
}

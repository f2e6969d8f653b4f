// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace tet::data {

/// Some threads that share the samples of a batch among them, whoever is free taking the next one. They wait between batches.
class Crew {
 public:
  /// The caller of `for_each` is one of the `members`: of one there is no thread.
  explicit Crew(int members) {
    for (int member = 1; member < members; ++member)
      helpers_.emplace_back([this, member](std::stop_token stop) { help(stop, member); });
  }
  Crew(Crew const&) = delete;  // the helpers know this object's address
  Crew& operator=(Crew const&) = delete;

  Index members() const { return Index(helpers_.size()) + 1; }

  /// Calls body(i, member) for i in 0 … count - 1; calls at the same time have different members in 0 … members() - 1.
  /// Throws: what the call with the smallest i threw, whatever the number of members; calls with larger ones may be left out.
  template <class Body>
  void for_each(Index count, Body const& body) {
    std::unique_lock lock(mutex_);
    body_ = &body;
    call_ = [](void const* what, Index i, Index member) { (*static_cast<Body const*>(what))(i, member); };
    next_ = 0;
    end_ = count;
    failure_ = nullptr;
    changed_.notify_all();
    work(lock, 0);
    changed_.wait(lock, [this] { return working_ == 0; });
    if (failure_ != nullptr) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  void help(std::stop_token stop, Index member) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return next_ < end_; })) {
      if (stop.stop_requested()) return;
      work(lock, member);
      changed_.notify_all();
    }
  }

  /// Takes one sample after the other. The lock is held but for the calls themselves, which take far longer.
  void work(std::unique_lock<std::mutex>& lock, Index member) {
    ++working_;
    while (next_ < end_) {
      Index const i = next_++;
      lock.unlock();
      std::exception_ptr failure;
      try {
        call_(body_, i, member);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      if (failure != nullptr && i < end_) {  // samples are taken in order: of all failures the first one stays
        failure_ = std::move(failure);
        end_ = i;
      }
    }
    --working_;
  }

  std::mutex mutex_;  // guards what follows
  std::condition_variable_any changed_;
  void const* body_ = nullptr;
  void (*call_)(void const*, Index, Index) = nullptr;
  Index next_ = 0, end_ = 0;
  int working_ = 0;
  std::exception_ptr failure_;
  std::vector<std::jthread> helpers_;  // last: joined before anything that they use goes
};

}  // namespace tet::data

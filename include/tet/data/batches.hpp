// SPDX-License-Identifier: MIT
#pragma once

#include <tet/data/batch_stream.hpp>

#include <cstddef>
#include <iterator>
#include <utility>

namespace tet::data {

/// Batches of one epoch for a range-for; each is valid until the next one. `begin` starts the epoch again.
template <DatasetArgument Set>
class BatchRange {
 public:
  class Iterator {
   public:
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(BatchStream<Set>& stream) : stream_(&stream), batch_(stream.next()) {}
    Batch const& operator*() const { return *batch_; }
    Iterator& operator++() { return batch_ = stream_->next(), *this; }
    void operator++(int) { ++*this; }
    friend bool operator==(Iterator const& iterator, std::default_sentinel_t) { return iterator.batch_ == nullptr; }

   private:
    BatchStream<Set>* stream_;
    Batch const* batch_;
  };

  BatchRange(Set&& set, BatchOptions options)
      : stream_(std::forward<Set>(set), options), epoch_(options.epoch), first_batch_(options.first_batch) {}

  Iterator begin() {
    if (begun_) stream_.restart(epoch_, first_batch_);
    begun_ = true;
    return Iterator(stream_);
  }
  std::default_sentinel_t end() const { return {}; }

  /// Number of batches of one pass.
  std::size_t size() const { return std::size_t(stream_.count() - first_batch_); }

 private:
  BatchStream<Set> stream_;
  std::uint64_t epoch_;
  Index first_batch_;
  bool begun_ = false;
};

/// for (tet::Batch const& batch : batches(train, {.batch_size = 64, .timesteps = {4}, .order = Order::shuffled})) …
template <DatasetArgument Set>
BatchRange<Set> batches(Set&& set, BatchOptions options) {
  return BatchRange<Set>(std::forward<Set>(set), options);
}

/// All samples in the order in which they are stored.
template <DatasetArgument Set>
BatchRange<Set> batches(Set&& set, Index batch_size, Timesteps timesteps) {
  return BatchRange<Set>(std::forward<Set>(set), BatchOptions{.batch_size = batch_size, .timesteps = timesteps});
}

}  // namespace tet::data

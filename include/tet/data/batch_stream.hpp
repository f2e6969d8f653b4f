// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/data/batch.hpp>
#include <tet/data/crew.hpp>
#include <tet/data/dataset.hpp>
#include <tet/data/mix.hpp>
#include <tet/data/order.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <numeric>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace tet::data {

/// What becomes of the samples that do not fill a batch at the end of an epoch.
enum class LastBatch { keep, drop };

struct BatchOptions {
  Index batch_size = 64;
  Timesteps timesteps{};
  Order order = Order::as_stored;
  Seed seed{};              // of the order and of augmentation
  std::uint64_t epoch = 0;  // each epoch has its own order and augmentation
  Index first_batch = 0;    // of the epoch: where to go on in the middle of it
  LastBatch last = LastBatch::keep;
  Mix mix{};
  Index prefetch = 2;  // batches that one thread makes ahead of their use; 0: made when asked for, no thread
  ImageForm images = ImageForm::values;  // values are for every reader, bytes for a network
};

/// The batches of one epoch, one after the other; `restart` goes on with another epoch and keeps memory and thread.
///
/// A data set given as an lvalue must outlive the stream; one given as an rvalue moves into it.
/// Order: batch n of an epoch depends on data set, seed, epoch and batch size only; not on prefetch, threads or where
/// the stream began. From the first batch on nothing is allocated.
template <DatasetArgument Set>
class BatchStream {
 public:
  /// Throws: std::invalid_argument for options that are out of range or that the data set cannot serve.
  BatchStream(Set&& set, BatchOptions options)
      : set_(std::forward<Set>(set)), options_(options), crew_(sample_threads(set_)) {
    check();
    Index const samples = set_.size();
    options_.batch_size = std::min(options.batch_size, std::max<Index>(samples, 1));
    count_ = options.last == LastBatch::keep ? ceil_div(samples, options_.batch_size) : samples / options.batch_size;
    order_.resize(std::size_t(samples));
    Index const frames = temporal() ? options.timesteps.value : 1;
    sample_size_ = frames * set_.shape().size();
    if (temporal()) frames_.resize(std::size_t(crew_.members() * sample_size_));
    slots_.resize(std::size_t(std::min(options.prefetch, count_)) + 1);
    std::span<float const> const table = byte_values(set_);
    bytes_ = options.images == ImageForm::bytes && !options.mix.active() && !table.empty();
    for (Batch& batch : slots_) {
      resize(batch, options_.batch_size);  // its memory is taken here
      if (bytes_) batch.images.values.assign(table.begin(), table.end());
      if (!options.mix.active()) continue;
      batch.other_labels.reserve(std::size_t(options_.batch_size));
      batch.shares.reserve(std::size_t(options_.batch_size));
    }
    begin_epoch(options.epoch, options.first_batch);
    if (options.prefetch > 0) worker_ = std::jthread([this](std::stop_token stop) { make_ahead(stop); });
  }

  BatchStream(BatchStream const&) = delete;  // the worker knows this object's address
  BatchStream& operator=(BatchStream const&) = delete;

  /// Number of batches of a whole epoch.
  Index count() const { return count_; }

  /// The next batch, valid until the next call; nullptr when the epoch has ended.
  /// Throws: what the data set threw while the batch was made; std::invalid_argument for a label that is no class.
  Batch const* next() {
    if (taken_ == count_) return nullptr;
    if (!worker_.joinable()) {
      make(slots_.front(), taken_);
      ++taken_;
      return &slots_.front();
    }
    std::unique_lock lock(mutex_);
    released_ = taken_;  // the caller is done with the batch that it got before
    changed_.notify_all();
    changed_.wait(lock, [this] { return made_ > taken_ || failure_ != nullptr; });
    if (made_ == taken_) std::rethrow_exception(failure_);
    return &slot(taken_++);
  }

  /// Drops what is left of this epoch and begins another one.
  void restart(std::uint64_t epoch, Index first_batch = 0) {
    std::unique_lock lock(mutex_);
    goal_ = 0;
    changed_.wait(lock, [this] { return !making_; });
    begin_epoch(epoch, first_batch);
    changed_.notify_all();
  }

 private:
  bool temporal() const { return set_.presentation() == Presentation::temporal; }
  Batch& slot(Index n) { return slots_[std::size_t(n) % slots_.size()]; }

  void check() const {
    auto const at_least = [](char const* what, Index got, Index least) {
      if (got < least)
        refuse(std::string("data::BatchOptions: ") + what, std::to_string(got), "at least " + std::to_string(least));
    };
    at_least("batch_size", options_.batch_size, 1);
    at_least("timesteps", options_.timesteps.value, 1);
    at_least("prefetch", options_.prefetch, 0);
    options_.mix.check();
    if (temporal() && options_.timesteps.value > set_.timesteps()) {
      refuse("data::BatchOptions: timesteps", std::to_string(options_.timesteps.value),
             "at most the " + std::to_string(set_.timesteps()) + " that the data set has recorded");
    }
  }

  /// Pre: no batch is being made.
  void begin_epoch(std::uint64_t epoch, Index first_batch) {
    if (first_batch < 0 || first_batch > count_) {
      goal_ = count_;  // the stream stays usable
      refuse("data::BatchOptions: first_batch", std::to_string(first_batch), "0 to " + std::to_string(count_));
    }
    draw_ = Draw{options_.seed, epoch};
    if (options_.order == Order::shuffled) shuffle(order_, Random(draw_.seed, stream::order + epoch));
    else std::iota(order_.begin(), order_.end(), Index(0));
    made_ = taken_ = released_ = first_batch;
    goal_ = count_;
    failure_ = nullptr;
  }

  /// Gives a batch room for so many samples.
  void resize(Batch& batch, Index size) const {
    batch.labels.resize(std::size_t(size));
    if (bytes_) {
      batch.images.pixels.resize(std::size_t(size * sample_size_));
      batch.images.placements.resize(std::size_t(size));
    } else {
      batch.values.resize(std::size_t(size * sample_size_));
    }
  }

  /// Fills `batch` with batch n of the epoch.
  void make(Batch& batch, Index n) {
    Index const begin = n * options_.batch_size;
    Index const size = std::min(options_.batch_size, Index(order_.size()) - begin);
    Index const pixels = set_.shape().size();
    batch.timesteps = options_.timesteps.value;
    batch.batch_size = size;
    batch.presentation = set_.presentation();
    batch.shape = set_.shape();
    resize(batch, size);
    crew_.for_each(size, [&](Index b, Index member) {
      Index const i = order_[std::size_t(begin + b)];
      int const label = set_.label(i);
      if (label < 0 || label >= set_.classes())
        refuse("data set: label of sample " + std::to_string(i), std::to_string(label),
               "0 to " + std::to_string(set_.classes() - 1));
      batch.labels[std::size_t(b)] = label;
      if (bytes_) {
        if constexpr (ByteDataset<std::remove_cvref_t<Set>>)
          batch.images.placements[std::size_t(b)] = set_.sample_bytes(
              i, draw_, std::span(batch.images.pixels).subspan(std::size_t(b * pixels), std::size_t(pixels)));
      } else if (temporal()) {
        auto const frames = std::span(frames_).subspan(std::size_t(member * sample_size_), std::size_t(sample_size_));
        set_.sample(i, options_.timesteps, draw_, frames);
        for (Index t = 0; t < options_.timesteps.value; ++t)  // [T, H, W, C] into [T, B, H, W, C]
          std::copy_n(frames.data() + t * pixels, pixels, batch.values.data() + (t * size + b) * pixels);
      } else {
        set_.sample(i, options_.timesteps, draw_,
                    std::span(batch.values).subspan(std::size_t(b * pixels), std::size_t(pixels)));
      }
    });
    mix_batch(batch, options_.mix, Random(draw_.seed, stream::mixing + draw_.epoch), n);
  }

  /// The worker: makes batches while slots are free and nothing has failed.
  void make_ahead(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (true) {
      bool const free = changed_.wait(lock, stop, [this] {
        return made_ < goal_ && made_ - released_ < Index(slots_.size()) && failure_ == nullptr;
      });
      if (!free || stop.stop_requested()) return;
      making_ = true;
      Batch& batch = slot(made_);
      Index const n = made_;
      lock.unlock();
      std::exception_ptr failure;
      try {
        make(batch, n);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      making_ = false;
      if (failure != nullptr) failure_ = std::move(failure);
      else ++made_;
      changed_.notify_all();
    }
  }

  Set set_;
  BatchOptions options_;
  Index count_ = 0;
  Index sample_size_ = 0;
  bool bytes_ = false;  // batches carry images as bytes
  Draw draw_;
  std::vector<Index> order_;   // position in the epoch -> sample
  std::vector<float> frames_;  // a temporal sample, [T, H, W, C], for each member of the crew
  std::vector<Batch> slots_;   // batch n lives in slot n % slots
  Crew crew_;

  std::mutex mutex_;  // guards what follows; taken_ belongs to the consumer
  std::condition_variable_any changed_;
  Index made_ = 0;
  Index released_ = 0;  // batches before this one may be overwritten
  Index goal_ = 0;      // the worker stops before this batch
  Index taken_ = 0;
  bool making_ = false;
  std::exception_ptr failure_;
  std::jthread worker_;  // last: joined before anything that it uses goes
};

template <class Set>
BatchStream(Set&&, BatchOptions) -> BatchStream<Set>;

}  // namespace tet::data

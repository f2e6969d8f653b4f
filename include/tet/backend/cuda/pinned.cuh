// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/error.cuh>
#include <tet/core/index.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

namespace tet::gpu {

/// Two blocks of page-locked host memory in turn: one is filled while the copy from the other is still under way.
class PinnedRing {
 public:
  PinnedRing() = default;
  PinnedRing(PinnedRing const&) = delete;
  PinnedRing& operator=(PinnedRing const&) = delete;
  ~PinnedRing() {
    for (Block& block : blocks_) {
      if (block.event != nullptr) (void)cudaEventSynchronize(block.event), (void)cudaEventDestroy(block.event);
      if (block.data != nullptr) (void)cudaFreeHost(block.data);
    }
  }

  /// A block that no copy reads any more.
  std::byte* acquire(Index bytes) {
    Block& block = blocks_[next_];
    if (block.event == nullptr) TET_CUDA_CHECK(cudaEventCreateWithFlags(&block.event, cudaEventDisableTiming));
    else TET_CUDA_CHECK(cudaEventSynchronize(block.event));
    if (block.bytes < bytes) {
      if (block.data != nullptr) TET_CUDA_CHECK(cudaFreeHost(block.data));
      block.data = nullptr;
      block.bytes = 0;
      void* data = nullptr;
      TET_CUDA_CHECK(cudaMallocHost(&data, std::size_t(bytes)));
      block.data = static_cast<std::byte*>(data);
      block.bytes = bytes;
    }
    return block.data;
  }

  /// The copy from the block last acquired has been put into the stream.
  void release(cudaStream_t stream) {
    TET_CUDA_CHECK(cudaEventRecord(blocks_[next_].event, stream));
    next_ = 1 - next_;
  }

 private:
  struct Block {
    std::byte* data = nullptr;
    Index bytes = 0;
    cudaEvent_t event = nullptr;
  };

  std::array<Block, 2> blocks_{};
  std::size_t next_ = 0;
};

/// Page-locked places for small results, each with the event that says that its result is there.
class ResultSlots {
  struct Slot {
    std::byte* data = nullptr;
    cudaEvent_t event = nullptr;

    Slot() {
      TET_CUDA_CHECK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
      void* block = nullptr;
      if (cudaError_t const status = cudaMallocHost(&block, bytes); status != cudaSuccess) {
        (void)cudaEventDestroy(event);
        check(status, "cudaMallocHost");
      }
      data = static_cast<std::byte*>(block);
    }
    Slot(Slot const&) = delete;
    Slot& operator=(Slot const&) = delete;
    ~Slot() {
      (void)cudaEventSynchronize(event);
      (void)cudaEventDestroy(event);
      (void)cudaFreeHost(data);
    }
  };

 public:
  static constexpr std::size_t bytes = 64;

  /// A value that is being copied to the host.
  template <class Value>
  class Result {
   public:
    Result(ResultSlots& slots, void const* from, cudaStream_t stream) : slots_(slots), slot_(slots.take()) {
      static_assert(sizeof(Value) <= bytes && std::is_trivially_copyable_v<Value>);
      try {
        TET_CUDA_CHECK(cudaMemcpyAsync(slot_->data, from, sizeof(Value), cudaMemcpyDeviceToHost, stream));
        TET_CUDA_CHECK(cudaEventRecord(slot_->event, stream));
      } catch (...) {
        slots_.give_back(slot_);
        throw;
      }
    }
    Result(Result const&) = delete;
    Result& operator=(Result const&) = delete;
    ~Result() { slots_.give_back(slot_); }

    bool ready() const {
      cudaError_t const status = cudaEventQuery(slot_->event);
      if (status == cudaErrorNotReady) return (void)cudaGetLastError(), false;
      check(status, "cudaEventQuery");
      return true;
    }
    Value get() const {
      TET_CUDA_CHECK(cudaEventSynchronize(slot_->event));
      Value value;
      std::memcpy(&value, slot_->data, sizeof value);
      return value;
    }

   private:
    ResultSlots& slots_;
    Slot* slot_;
  };

 private:
  Slot* take() {
    if (free_.empty()) {
      free_.reserve(all_.size() + 1);  // so that give_back cannot fail
      all_.push_back(std::make_unique<Slot>());
      return all_.back().get();
    }
    Slot* const slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void give_back(Slot* slot) noexcept { free_.push_back(slot); }

  std::vector<std::unique_ptr<Slot>> all_;
  std::vector<Slot*> free_;
};

}  // namespace tet::gpu

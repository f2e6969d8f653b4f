// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/error.cuh>
#include <tet/core/index.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace tet::gpu {

/// Blocks of page-locked host memory in turn: one is filled while copies from the others are still under way.
template <std::size_t Blocks>
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
    next_ = (next_ + 1) % Blocks;
  }

 private:
  struct Block {
    std::byte* data = nullptr;
    Index bytes = 0;
    cudaEvent_t event = nullptr;
  };

  std::array<Block, Blocks> blocks_{};
  std::size_t next_ = 0;
};

/// A page-locked place for one small result, with the event that says that the result is there. Place and event stay, so
/// that recorded work may send to them.
class ResultSlot {
 public:
  static constexpr std::size_t bytes = 64;

  ResultSlot() {
    TET_CUDA_CHECK(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming));
    if (cudaError_t const status = cudaMallocHost(&data_, bytes); status != cudaSuccess) {
      (void)cudaEventDestroy(event_);
      check(status, "cudaMallocHost");
    }
  }
  ResultSlot(ResultSlot const&) = delete;
  ResultSlot& operator=(ResultSlot const&) = delete;
  ~ResultSlot() {
    (void)cudaEventSynchronize(event_);
    (void)cudaEventDestroy(event_);
    (void)cudaFreeHost(data_);
  }

  /// A copy to the host in stream order. `event_flags`: see Graphs.
  template <class Value>
  void send(Value const* from, cudaStream_t stream, unsigned event_flags) {
    static_assert(sizeof(Value) <= bytes && std::is_trivially_copyable_v<Value>);
    TET_CUDA_CHECK(cudaMemcpyAsync(data_, from, sizeof(Value), cudaMemcpyDeviceToHost, stream));
    TET_CUDA_CHECK(cudaEventRecordWithFlags(event_, stream, event_flags));
  }

  /// Waits for what was sent last.
  template <class Value>
  Value receive() const {
    TET_CUDA_CHECK(cudaEventSynchronize(event_));
    Value value;
    std::memcpy(&value, data_, sizeof value);
    return value;
  }

 private:
  void* data_ = nullptr;
  cudaEvent_t event_ = nullptr;
};

}  // namespace tet::gpu

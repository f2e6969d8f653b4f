// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/error.cuh>
#include <tet/core/index.hpp>

#include <array>
#include <cstddef>

namespace tet::cuda {

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

}  // namespace tet::cuda

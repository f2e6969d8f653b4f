// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/error.cuh>

#include <cuda_runtime_api.h>

namespace bench {

inline bool device_exists() {
  int count = 0;
  bool const found = cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
  (void)cudaGetLastError();
  return found;
}

/// Time of a stream's work between two events.
class Stopwatch {
 public:
  explicit Stopwatch(cudaStream_t stream) : stream_(stream) {
    TET_CUDA_CHECK(cudaEventCreate(&begin_));
    TET_CUDA_CHECK(cudaEventCreate(&end_));
  }
  Stopwatch(Stopwatch const&) = delete;
  Stopwatch& operator=(Stopwatch const&) = delete;
  ~Stopwatch() {
    (void)cudaEventDestroy(begin_);
    (void)cudaEventDestroy(end_);
  }

  template <class Work>
  double seconds(Work const& work) {
    TET_CUDA_CHECK(cudaEventRecord(begin_, stream_));
    work();
    TET_CUDA_CHECK(cudaEventRecord(end_, stream_));
    TET_CUDA_CHECK(cudaEventSynchronize(end_));
    float milliseconds = 0;
    TET_CUDA_CHECK(cudaEventElapsedTime(&milliseconds, begin_, end_));
    return milliseconds / 1e3;
  }

 private:
  cudaStream_t stream_;
  cudaEvent_t begin_ = nullptr, end_ = nullptr;
};

/// Bytes of the device that are in use now.
inline double device_bytes_in_use() {
  std::size_t free = 0, total = 0;
  TET_CUDA_CHECK(cudaMemGetInfo(&free, &total));
  return double(total - free);
}

}  // namespace bench

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <cuda_runtime_api.h>

#include <cstdlib>
#include <source_location>
#include <stdexcept>
#include <string>

namespace tet {

/// A call of CUDA, or of one of its libraries, that failed: the text names the call, the error and the place.
class CudaError : public std::runtime_error {
 public:
  CudaError(std::string const& call, std::string name, std::string const& meaning, std::source_location where)
      : std::runtime_error("tet: " + call + ": " + name + " (" + meaning + ") at " + where.file_name() + ":" +
                           std::to_string(where.line())),
        name_(std::move(name)) {}

  /// The error's own name, such as cudaErrorInvalidValue.
  std::string const& name() const { return name_; }

 private:
  std::string name_;
};

/// Memory of a device that is not there: says how much was asked for and how much was free.
class CudaOutOfMemory : public CudaError {
 public:
  CudaOutOfMemory(Index asked, Index free, Index total, std::source_location where)
      : CudaError("allocating " + std::to_string(asked) + " bytes", "cudaErrorMemoryAllocation",
                  std::to_string(free) + " of " + std::to_string(total) +
                      " bytes of the device are free; memory_for<Net, Cuda>(T, B) and bytes_for<Net>(T, B) tell what a "
                      "network needs: try a smaller batch or fewer timesteps",
                  where),
        asked_(asked),
        free_(free) {}

  Index asked() const { return asked_; }
  Index free() const { return free_; }

 private:
  Index asked_, free_;
};

namespace gpu {

/// Throws: CudaError where the call failed; the error is cleared first, so that later calls do not report it again.
inline void check(cudaError_t status, char const* call, std::source_location where = std::source_location::current()) {
  if (status == cudaSuccess) return;
  (void)cudaGetLastError();
  throw CudaError(call, cudaGetErrorName(status), cudaGetErrorString(status), where);
}

/// Whether TET_CUDA_SYNC=1 stands in the environment: each kernel is waited for, so that an error is reported where it was
/// made.
inline bool launches_wait() {
  static bool const wait = [] {
    char const* const value = std::getenv("TET_CUDA_SYNC");
    return value != nullptr && value[0] == '1';
  }();
  return wait;
}

/// Checks the launch of a kernel.
inline void check_launch(cudaStream_t stream, char const* kernel,
                         std::source_location where = std::source_location::current()) {
  check(cudaGetLastError(), kernel, where);
  if (launches_wait()) check(cudaStreamSynchronize(stream), kernel, where);
}

}  // namespace gpu
}  // namespace tet

#define TET_CUDA_CHECK(expression) ::tet::gpu::check((expression), #expression)

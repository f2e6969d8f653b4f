// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/conv_problem.cuh>
#include <tet/backend/cuda/cublas.cuh>
#include <tet/backend/cuda/error.cuh>
#include <tet/backend/cuda/graphs.cuh>
#include <tet/backend/cuda/kernel.cuh>
#include <tet/backend/cuda/options.cuh>
#include <tet/backend/cuda/pinned.cuh>
#include <tet/core/index.hpp>
#include <tet/core/workspace.hpp>

#include <cuda_runtime_api.h>
#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#if defined(TET_HAS_CUDNN)
#include <tet/backend/cuda/cudnn.cuh>
#endif

namespace tet::gpu {

inline namespace TET_CUDA_ABI {

/// Does nothing: asks whether the program holds code for the device at hand.
template <class = void>
TET_KERNEL probe() {}

/// body(n, c) for each place n and each channel c up to whole words of 64 bits; the lanes of a warp share n, so that they
/// may vote on the bits of a word.
template <class Body>
TET_KERNEL over_neurons(Body const body, Index pixels, Index channels_padded) {
  Index const c = Index(blockIdx.x) * blockDim.x + threadIdx.x;
  if (c >= channels_padded) return;  // whole warps
  for (Index n = Index(blockIdx.y) * blockDim.y + threadIdx.y; n < pixels; n += Index(gridDim.y) * blockDim.y)
    body(n, c);
}

}  // namespace TET_CUDA_ABI

/// Where CUDA work runs: one stream of the current device, its libraries' handles, and staging memory of the host.
///
/// The stream is apart from the default stream. Storage's copies, which are rare, wait for the whole device.
class Device {
 public:
  static constexpr char const* name = "cuda";

  explicit Device(CudaOptions const& options) : resources_(std::make_unique<Resources>(options)) {}

  cudaStream_t stream() const { return resources_->stream; }
  auto policy() const { return thrust::cuda::par_nosync.on(stream()); }

  void check_launch(char const* kernel) const { gpu::check_launch(stream(), kernel); }

  template <class Body>
  void for_each(Index count, Body const& body) {
    thrust::for_each_n(policy(), thrust::counting_iterator<Index>(0), count, body);
    check_launch("thrust::for_each_n");
  }

  template <class Body>
  void for_each_neuron(Index pixels, Index channels, Body const& body) {
    if (pixels == 0 || channels == 0) return;
    Index const padded = round_up(channels, 64);
    constexpr unsigned warp = 32, rows = 8;
    dim3 const threads(warp, rows),
        blocks(unsigned(padded / warp), unsigned(std::min<Index>(ceil_div(pixels, rows), 65535)));
    over_neurons<<<blocks, threads, 0, stream()>>>(body, pixels, padded);
    check_launch("over_neurons");
  }

  /// body(), or the graph of it.
  template <class Body>
  void repeat(RepeatedWork const& work, Body const& body) {
    if (resources_->options.launch == CudaLaunch::kernels || launches_wait()) return body();
    resources_->graphs.run(work, body);
  }
  /// Number of graphs that were recorded.
  std::size_t graphs() const { return resources_->graphs.count(); }

  /// c [m, n] = op(a) op(b) + beta c, row-major.
  template <class Element, class Scalar>
  void matrix_product(MatrixSizes const& sizes, Element const* a, Element const* b, Scalar beta, Scalar* c) {
    resources_->blas.multiply(stream(), sizes, a, b, beta, c);
  }

#if defined(TET_HAS_CUDNN)
  using ConvolutionPlan = Cudnn::Plan;
#else
  struct ConvolutionPlan {
    Index workspace = 0;
  };
#endif

  /// How cuDNN computes a convolution; empty where it does not.
  std::optional<ConvolutionPlan> plan_convolution([[maybe_unused]] ConvProblem const& problem) const {
#if defined(TET_HAS_CUDNN)
    if (resources_->options.convolution == CudaConvolution::cudnn) return resources_->cudnn().plan(problem);
#endif
    return {};
  }

  /// See ConvPass for the operands; `out` is overwritten.
  template <class Element, class Scalar>
  void convolve([[maybe_unused]] ConvolutionPlan const& plan, [[maybe_unused]] Element const* first,
                [[maybe_unused]] Element const* second, [[maybe_unused]] Scalar* out,
                [[maybe_unused]] Workspace workspace) {
#if defined(TET_HAS_CUDNN)
    resources_->cudnn().run(plan, first, second, out, workspace);
#endif
  }

  /// fill(host memory of that size), then a copy to `to` in stream order; returns what fill returns. A few bytes, such as
  /// labels, have page-locked blocks of their own: they need not wait for the copy of a batch.
  /// Throws: std::logic_error within recorded work, which would bring the same values for ever.
  template <class Fill>
  auto fill(std::byte* to, Index bytes, Fill const& fill) {
    if (resources_->graphs.recording())
      throw std::logic_error("tet: recorded work brings values from the host; bring them before it starts");
    return bytes <= few_bytes ? fill_from(resources_->values, to, bytes, fill)
                              : fill_from(resources_->batches, to, bytes, fill);
  }

  /// Copies to the host and waits.
  void read(void* to, void const* from, Index bytes) {
    TET_CUDA_CHECK(cudaMemcpyAsync(to, from, std::size_t(bytes), cudaMemcpyDeviceToHost, stream()));
    TET_CUDA_CHECK(cudaStreamSynchronize(stream()));
  }

  /// Sends a value to the host in stream order; there is one on its way at a time. The host waits for it alone, and not for
  /// what follows it, even in the same graph.
  template <class Value>
  void send(Value const* from) {
    resources_->result.send(from, stream(), resources_->graphs.event_flags());
  }
  /// Waits for the value that was sent last.
  template <class Value>
  Value receive() const {
    return resources_->result.template receive<Value>();
  }

  /// On the device: not 0 while parameters must stay as they are.
  int* updates_withheld() { return static_cast<int*>(resources_->withheld.data); }
  void allow_updates() noexcept { (void)cudaMemsetAsync(updates_withheld(), 0, sizeof(int), stream()); }

  static std::byte* allocate(Index bytes) {
    void* block = nullptr;
    cudaError_t const status = cudaMalloc(&block, std::size_t(bytes));
    if (status == cudaErrorMemoryAllocation) {
      (void)cudaGetLastError();
      std::size_t free = 0, total = 0;
      TET_CUDA_CHECK(cudaMemGetInfo(&free, &total));
      throw CudaOutOfMemory(bytes, Index(free), Index(total), std::source_location::current());
    }
    check(status, "cudaMalloc");
    return static_cast<std::byte*>(block);
  }
  static void release(std::byte* block) noexcept { (void)cudaFree(block); }  // it waits for the device
  static void clear(std::byte* block, Index bytes) {
    TET_CUDA_CHECK(cudaDeviceSynchronize());
    TET_CUDA_CHECK(cudaMemset(block, 0, std::size_t(bytes)));
    TET_CUDA_CHECK(cudaDeviceSynchronize());
  }
  static void upload(std::byte* to, void const* from, Index bytes) {
    TET_CUDA_CHECK(cudaDeviceSynchronize());
    TET_CUDA_CHECK(cudaMemcpy(to, from, std::size_t(bytes), cudaMemcpyHostToDevice));
    TET_CUDA_CHECK(cudaDeviceSynchronize());  // the last part may still be on its way
  }
  static void download(void* to, std::byte const* from, Index bytes) {
    TET_CUDA_CHECK(cudaDeviceSynchronize());
    TET_CUDA_CHECK(cudaMemcpy(to, from, std::size_t(bytes), cudaMemcpyDeviceToHost));
  }

 private:
  static constexpr Index few_bytes = Index(1) << 16;

  template <class Ring, class Fill>
  auto fill_from(Ring& ring, std::byte* to, Index bytes, Fill const& fill) {
    std::byte* const host = ring.acquire(bytes);
    auto const result = fill(host);
    TET_CUDA_CHECK(cudaMemcpyAsync(to, host, std::size_t(bytes), cudaMemcpyHostToDevice, stream()));
    ring.release(stream());
    return result;
  }

  struct Stream {
    cudaStream_t handle = nullptr;
    Stream() { TET_CUDA_CHECK(cudaStreamCreateWithFlags(&handle, cudaStreamNonBlocking)); }
    Stream(Stream const&) = delete;
    Stream& operator=(Stream const&) = delete;
    ~Stream() { (void)cudaStreamDestroy(handle); }
  };

  /// One int on the device, 0 at first.
  struct Flag {
    void* data = nullptr;
    Flag() {
      TET_CUDA_CHECK(cudaMalloc(&data, sizeof(int)));
      cudaError_t status = cudaMemset(data, 0, sizeof(int));
      if (status == cudaSuccess) status = cudaDeviceSynchronize();
      if (status != cudaSuccess) {
        (void)cudaFree(data);
        check(status, "cudaMemset");
      }
    }
    Flag(Flag const&) = delete;
    Flag& operator=(Flag const&) = delete;
    ~Flag() { (void)cudaFree(data); }
  };

  struct Resources {
    explicit Resources(CudaOptions const& chosen) : options(chosen), blas(chosen.precision) {
      require_code_for_device();
    }

    CudaOptions options;
    Stream owner;
    cudaStream_t stream = owner.handle;
    Blas blas;
    PinnedRing<2> batches;
    PinnedRing<8> values;
    ResultSlot result;
    Flag withheld;
    Graphs graphs{stream};

#if defined(TET_HAS_CUDNN)
    /// Made when a convolution first asks for it: loading cuDNN takes time and memory.
    Cudnn& cudnn() {
      if (!cudnn_) cudnn_.emplace(stream, options.precision);
      return *cudnn_;
    }

   private:
    std::optional<Cudnn> cudnn_;
#endif
  };

  /// Throws: CudaError that names the device where the program holds no code for it.
  static void require_code_for_device() {
    cudaFuncAttributes attributes;
    cudaError_t const status = cudaFuncGetAttributes(&attributes, probe<>);
    if (status == cudaSuccess) return;
    (void)cudaGetLastError();
    int device = 0;
    cudaDeviceProp properties{};
    TET_CUDA_CHECK(cudaGetDevice(&device));
    TET_CUDA_CHECK(cudaGetDeviceProperties(&properties, device));
    throw CudaError("looking for code for " + std::string(properties.name) + ", compute capability " +
                        std::to_string(properties.major) + "." + std::to_string(properties.minor),
                    cudaGetErrorName(status),
                    "this program was compiled for other devices; add the device to CMAKE_CUDA_ARCHITECTURES",
                    std::source_location::current());
  }

  std::unique_ptr<Resources> resources_;
};

}  // namespace tet::gpu

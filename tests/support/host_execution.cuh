// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/conv_problem.cuh>
#include <tet/backend/cuda/cuda.cuh>
#include <tet/core/matrix.hpp>
#include <tet/core/workspace.hpp>

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/system/tbb/execution_policy.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace tet::test {
inline namespace TET_CPU_ABI {

/// Twin of gpu::Device on the host: the CUDA backend's loop bodies run as tasks of oneTBB, in the host's memory. Matrix
/// products are plain loops, and so are convolutions in cuDNN's place; what needs a device (votes of a warp, streams, libraries) is not in it.
class HostExecution {
 public:
  static constexpr char const* name = "cuda's loop bodies on the host";

  explicit HostExecution(CudaOptions const& options) : options_(options) {}

  auto policy() const { return thrust::tbb::par; }

  template <class Body>
  void for_each(Index count, Body const& body) {
    launch([=] { thrust::for_each_n(thrust::tbb::par, thrust::counting_iterator<Index>(0), count, body); });
  }

  template <class Body>
  void for_each_neuron(Index pixels, Index channels, Body const& body) {
    for_each(pixels, AllChannels<Body>{body, round_up(channels, 64)});
  }

  /// As a CUDA graph, where they are asked for: the first run of a name records what the body puts on its way, loop bodies
  /// by value; later ones do not run the body. So an argument that has changed meanwhile shows as it would on a device.
  template <class Body>
  void repeat(RepeatedWork const& work, Body const& body) {
    if (options_.launch == CudaLaunch::kernels) return body();
    auto found = graphs_.find(work);
    if (found == graphs_.end()) {
      Graph graph;
      recording_ = &graph;
      try {
        body();
        recording_ = nullptr;
      } catch (...) {
        recording_ = nullptr;
        throw;
      }
      found = graphs_.emplace(work, std::move(graph)).first;
    }
    for (auto const& kernel : found->second) kernel();
    ++replays_;
  }
  /// Number of graphs that were recorded, and how often one was started.
  std::size_t graphs() const { return graphs_.size(); }
  std::size_t replays() const { return replays_; }

  template <class Element, class Scalar>
  void matrix_product(MatrixSizes const& sizes, Element const* a, Element const* b, Scalar beta, Scalar* c) {
    for_each(sizes.m, ProductRow<Element, Scalar>{sizes, a, b, beta, c});
  }

  /// A convolution on [images][H][W][C] with weights [out][kernel][kernel][in].
  struct ConvolutionPlan {
    gpu::ConvProblem problem;
    Index workspace = 0;
  };

  std::optional<ConvolutionPlan> plan_convolution(gpu::ConvProblem const& problem) const {
    if (options_.convolution != CudaConvolution::cudnn) return {};
    Index const most = (Index(1) << 31) - 1;  // elements of a tensor: as a library that counts them in 32 bits
    if (problem.images * problem.height * problem.width * problem.in_channels > most ||
        problem.images * problem.out_height * problem.out_width * problem.out_channels > most)
      return {};
    return ConvolutionPlan{problem};
  }

  template <class Element, class Scalar>
  void convolve(ConvolutionPlan const& plan, Element const* first, Element const* second, Scalar* out, Workspace) {
    launch([=, g = plan.problem] { convolve_now(g, first, second, out); });
  }

  template <class Fill>
  auto fill(std::byte* to, Index, Fill const& fill) {
    if (recording_ != nullptr) throw std::logic_error("tet: recorded work brings values from the host");
    return fill(to);
  }
  void read(void* to, void const* from, Index bytes) {
    if (recording_ != nullptr) throw std::logic_error("tet: recorded work waits for the device");
    std::memcpy(to, from, std::size_t(bytes));
  }

  template <class Value>
  void send(Value const* from) {
    static_assert(sizeof(Value) <= sizeof(Result));
    launch([result = result_.get(), from] { std::memcpy(result, from, sizeof(Value)); });
  }
  template <class Value>
  Value receive() const {
    Value value;
    std::memcpy(&value, result_.get(), sizeof value);
    return value;
  }

  int* updates_withheld() { return withheld_.get(); }
  void allow_updates() noexcept { *withheld_ = 0; }

  static std::byte* allocate(Index bytes) {
    return static_cast<std::byte*>(::operator new (std::size_t(bytes), std::align_val_t{64}));
  }
  static void release(std::byte* block) noexcept { ::operator delete (block, std::align_val_t{64}); }
  static void clear(std::byte* block, Index bytes) { std::memset(block, 0, std::size_t(bytes)); }
  static void upload(std::byte* to, void const* from, Index bytes) { std::memcpy(to, from, std::size_t(bytes)); }
  static void download(void* to, std::byte const* from, Index bytes) { std::memcpy(to, from, std::size_t(bytes)); }

 private:
  using Graph = std::vector<std::function<void()>>;

  template <class Kernel>
  void launch(Kernel const& kernel) {
    if (recording_ != nullptr) recording_->push_back(kernel);
    else kernel();
  }

  template <class Element, class Scalar>
  static void convolve_now(gpu::ConvProblem const& g, Element const* first, Element const* second, Scalar* out) {
    Index const sizes[] = {g.images * g.out_height * g.out_width * g.out_channels,
                           g.images * g.height * g.width * g.in_channels,
                           g.out_channels * g.kernel * g.kernel * g.in_channels};
    std::fill_n(out, sizes[int(g.pass)], Scalar(0));
    for (Index n = 0; n < g.images; ++n)
      for (Index i = 0; i < g.out_height; ++i)
        for (Index j = 0; j < g.out_width; ++j)
          for (Index p = 0; p < g.kernel; ++p)
            for (Index q = 0; q < g.kernel; ++q) {
              Index const row = i * g.stride + p - g.padding, column = j * g.stride + q - g.padding;
              if (row < 0 || row >= g.height || column < 0 || column >= g.width) continue;
              for (Index o = 0; o < g.out_channels; ++o)
                for (Index c = 0; c < g.in_channels; ++c) {
                  Index const x = ((n * g.height + row) * g.width + column) * g.in_channels + c;
                  Index const w = ((o * g.kernel + p) * g.kernel + q) * g.in_channels + c;
                  Index const y = ((n * g.out_height + i) * g.out_width + j) * g.out_channels + o;
                  if (g.pass == gpu::ConvPass::forward) out[y] += Scalar(first[x]) * Scalar(second[w]);
                  else if (g.pass == gpu::ConvPass::input_gradient) out[x] += Scalar(first[y]) * Scalar(second[w]);
                  else out[w] += Scalar(first[x]) * Scalar(second[y]);
                }
            }
  }

  template <class Body>
  struct AllChannels {
    Body body;
    Index channels;
    void operator()(Index n) const {
      for (Index c = 0; c < channels; ++c) body(n, c);
    }
  };

  template <class Element, class Scalar>
  struct ProductRow {
    MatrixSizes s;
    Element const *a, *b;
    Scalar beta;
    Scalar* c;

    void operator()(Index i) const {
      bool const a_turned = s.a == Operand::transposed, b_turned = s.b == Operand::transposed;
      Scalar* const row = c + i * s.n;
      for (Index j = 0; j < s.n; ++j) row[j] = beta == Scalar(0) ? Scalar(0) : beta * row[j];
      for (Index k = 0; k < s.k; ++k) {
        Scalar const left = Scalar(a_turned ? a[k * s.m + i] : a[i * s.k + k]);
        for (Index j = 0; j < s.n; ++j) row[j] += left * Scalar(b_turned ? b[j * s.k + k] : b[k * s.n + j]);
      }
    }
  };

  using Result = std::array<double, 8>;

  CudaOptions options_;
  std::map<RepeatedWork, Graph> graphs_;
  std::size_t replays_ = 0;
  Graph* recording_ = nullptr;
  std::unique_ptr<Result> result_ = std::make_unique<Result>();
  std::unique_ptr<int> withheld_ = std::make_unique<int>(0);
};

using HostTwin = BasicCuda<HostExecution>;

}  // namespace TET_CPU_ABI
}  // namespace tet::test

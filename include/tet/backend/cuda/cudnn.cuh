// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/conv_problem.cuh>
#include <tet/backend/cuda/error.cuh>
#include <tet/backend/cuda/options.cuh>
#include <tet/core/workspace.hpp>

#include <cudnn_graph.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace tet::gpu {

inline void check(cudnnStatus_t status, char const* call,
                  std::source_location where = std::source_location::current()) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  std::array<char, 512> message{};
  cudnnGetLastErrorString(message.data(), message.size());
  throw CudaError(call, cudnnGetErrorString(status), message.data(), where);
}

/// Convolutions of one stream by cuDNN 9's graph interface (its older functions are deprecated).
///
/// Which engine computes a convolution is a function of the problem: the first that cuDNN's heuristics name which is
/// deterministic, accumulates in float32, rounds operands no further than was asked for, and needs little scratch. It is
/// looked for once, when memory is planned, and never by timing.
class Cudnn {
 public:
  /// An engine ready to run; it lives as long as the Cudnn that gave it.
  struct Plan {
    cudnnBackendDescriptor_t execution = nullptr;
    Index workspace = 0;
  };

  Cudnn(cudaStream_t stream, CudaPrecision precision) : precision_(precision) {
    TET_CUDA_CHECK(cudnnCreate(&handle_));
    if (cudnnStatus_t const status = cudnnSetStream(handle_, stream); status != CUDNN_STATUS_SUCCESS) {
      (void)cudnnDestroy(handle_);
      check(status, "cudnnSetStream");
    }
  }
  Cudnn(Cudnn const&) = delete;
  Cudnn& operator=(Cudnn const&) = delete;
  ~Cudnn() {
    engines_.clear();
    (void)cudnnDestroy(handle_);
  }

  /// Empty where no engine will do.
  std::optional<Plan> plan(ConvProblem const& problem) {
    auto found = engines_.find(problem);
    if (found == engines_.end()) found = engines_.emplace(problem, find(problem)).first;
    if (!found->second) return {};
    return Plan{found->second->plan.get(), found->second->bytes + workspace_alignment};
  }

  /// out from the operands of a pass, see ConvPass; overwritten.
  void run(Plan const& plan, void const* first, void const* second, void* out, Workspace workspace) {
    auto const begin = reinterpret_cast<std::uintptr_t>(workspace.data);
    std::uintptr_t const aligned = (begin + workspace_alignment - 1) / workspace_alignment * workspace_alignment;
    std::array<void*, 3> const data{const_cast<void*>(first), const_cast<void*>(second), out};
    Descriptor variant(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
    variant.set_all(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, names);
    variant.set_all(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, data);
    variant.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, reinterpret_cast<void*>(aligned));
    variant.finalize();
    TET_CUDA_CHECK(cudnnBackendExecute(handle_, plan.execution, variant.get()));
  }

 private:
  static constexpr Index most_workspace = Index(64) << 20;
  static constexpr Index workspace_alignment = 256;
  static constexpr std::array<std::int64_t, 3> names{'a', 'b', 'c'};  // first operand, second, result

  class Descriptor {
   public:
    explicit Descriptor(cudnnBackendDescriptorType_t type) {
      TET_CUDA_CHECK(cudnnBackendCreateDescriptor(type, &handle_));
    }
    Descriptor(Descriptor&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
      if (handle_ != nullptr) (void)cudnnBackendDestroyDescriptor(handle_);
    }

    cudnnBackendDescriptor_t get() const { return handle_; }

    template <class Value>
    void set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, Value const& value) {
      TET_CUDA_CHECK(cudnnBackendSetAttribute(handle_, name, type, 1, &value));
    }
    void set(cudnnBackendAttributeName_t name, Descriptor const& other) {
      set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, other.get());
    }
    template <class Values>
    void set_all(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, Values const& values) {
      TET_CUDA_CHECK(cudnnBackendSetAttribute(handle_, name, type, std::int64_t(values.size()), values.data()));
    }
    /// Number of values that an attribute has, of which at most values.size() are read.
    template <class Values>
    std::int64_t read(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, Values& values) const {
      std::int64_t count = 0;
      TET_CUDA_CHECK(cudnnBackendGetAttribute(handle_, name, type, std::int64_t(values.size()), &count, values.data()));
      return count;
    }
    void finalize() { TET_CUDA_CHECK(cudnnBackendFinalize(handle_)); }
    /// Whether cuDNN takes it.
    bool accepted() { return cudnnBackendFinalize(handle_) == CUDNN_STATUS_SUCCESS; }

   private:
    cudnnBackendDescriptor_t handle_ = nullptr;
  };

  struct Engine {
    Descriptor plan;
    Index bytes;
  };

  /// A tensor of 4 dimensions in cuDNN's order (images, channels, rows, columns), channels innermost in memory.
  static Descriptor tensor(std::int64_t name, cudnnDataType_t type, Index images, Index channels, Index height,
                           Index width) {
    Index const row = width * channels, image = height * row;
    std::array<std::int64_t, 4> const extents{images, channels, height, width}, strides{image, 1, row, channels};
    // Chunks begin at any image.
    Index const size = type == CUDNN_DATA_BFLOAT16 ? 2 : 4;
    std::int64_t const alignment = image * size % 16 == 0 ? 16 : size;
    Descriptor d(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
    d.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, type);
    d.set_all(CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, extents);
    d.set_all(CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, strides);
    d.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, name);
    d.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, alignment);
    d.finalize();
    return d;
  }

  static Descriptor convolution(ConvProblem const& p) {
    std::array<std::int64_t, 2> const padding{p.padding, p.padding}, stride{p.stride, p.stride}, dilation{1, 1};
    Descriptor d(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
    d.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT);
    d.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, CUDNN_CROSS_CORRELATION);
    d.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, std::int64_t(2));
    d.set_all(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, padding);
    d.set_all(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, padding);
    d.set_all(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64, stride);
    d.set_all(CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, dilation);
    d.finalize();
    return d;
  }

  static Descriptor operation(ConvProblem const& p) {
    cudnnDataType_t const operand = p.element == ElementType::bfloat16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT;
    auto const of = [&](ConvPass result) { return p.pass == result ? CUDNN_DATA_FLOAT : operand; };
    bool const of_weights = p.pass == ConvPass::weight_gradient, of_input = p.pass == ConvPass::input_gradient,
               forward = p.pass == ConvPass::forward;
    Descriptor const conv = convolution(p),
                     x = tensor(names[of_input ? 2 : 0], of(ConvPass::input_gradient), p.images, p.in_channels,
                                p.height, p.width),
                     w = tensor(names[of_weights ? 2 : 1], of(ConvPass::weight_gradient), p.out_channels, p.in_channels,
                                p.kernel, p.kernel),
                     y = tensor(names[forward      ? 2
                                      : of_weights ? 1
                                                   : 0],
                                of(ConvPass::forward), p.images, p.out_channels, p.out_height, p.out_width);
    auto const build = [&](cudnnBackendDescriptorType_t type, std::array<cudnnBackendAttributeName_t, 6> const& at) {
      Descriptor d(type);
      d.set(at[0], conv);
      d.set(at[1], x);
      d.set(at[2], w);
      d.set(at[3], y);
      d.set(at[4], CUDNN_TYPE_FLOAT, 1.0f);
      d.set(at[5], CUDNN_TYPE_FLOAT, 0.0f);
      d.finalize();
      return d;
    };
    if (forward)
      return build(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                   {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA});
    if (of_input)
      return build(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
                   {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA});
    return build(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
                 {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
                  CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
                  CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA});
  }

  std::optional<Engine> find(ConvProblem const& problem) const {
    if (problem.element == ElementType::float64) return {};
    Descriptor const op = operation(problem);
    Descriptor graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
    graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, op);
    graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, handle_);
    if (!graph.accepted()) return {};
    for (cudnnBackendHeurMode_t const mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
      Descriptor heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
      heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph);
      heuristics.set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, mode);
      if (!heuristics.accepted()) continue;
      std::vector<cudnnBackendDescriptor_t> handles;
      std::vector<Descriptor> configs;
      std::int64_t const count = heuristics.read(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, handles);
      for (std::int64_t i = 0; i < count; ++i)
        handles.push_back(configs.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR).get());
      if (count == 0) continue;
      std::int64_t const read = heuristics.read(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, handles);
      for (std::int64_t i = 0; i < read && i < count; ++i)
        if (auto engine = usable(problem, configs[std::size_t(i)])) return engine;
    }
    return {};
  }

  std::optional<Engine> usable(ConvProblem const& problem, Descriptor const& config) const {
    if (!exact_enough(problem, config)) return {};
    Descriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
    plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, handle_);
    plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, config);
    if (!plan.accepted()) return {};
    std::array<std::int64_t, 1> bytes{};
    plan.read(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, bytes);
    if (bytes[0] > most_workspace) return {};
    return Engine{std::move(plan), Index(bytes[0])};
  }

  bool exact_enough(ConvProblem const& problem, Descriptor const& config) const {
    Descriptor const engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
    std::array<cudnnBackendDescriptor_t, 1> handle{engine.get()};
    config.read(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, handle);
    std::array<cudnnBackendNumericalNote_t, CUDNN_NUMERICAL_NOTE_TYPE_COUNT> notes{};
    std::int64_t const count = engine.read(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, notes);
    for (std::int64_t i = 0; i < count && i < std::int64_t(notes.size()); ++i) switch (notes[std::size_t(i)]) {
        case CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC:
        case CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION:
        case CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS:
        case CUDNN_NUMERICAL_NOTE_FFT:
        case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13:
          return false;
        case CUDNN_NUMERICAL_NOTE_WINOGRAD:
        case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4:
        case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6:
          if (problem.exactness == Exactness::direct) return false;
          break;
        case CUDNN_NUMERICAL_NOTE_TENSOR_CORE:  // of float32 operands: rounded to TF32
          if (problem.element == ElementType::float32 && precision_ == CudaPrecision::float32) return false;
          break;
        default:
          break;
      }
    return true;
  }

  CudaPrecision precision_;
  cudnnHandle_t handle_ = nullptr;
  std::map<ConvProblem, std::optional<Engine>> engines_;
};

}  // namespace tet::gpu

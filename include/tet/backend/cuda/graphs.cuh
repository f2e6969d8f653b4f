// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/error.cuh>
#include <tet/core/repeated_work.hpp>

#include <cstddef>
#include <map>
#include <utility>

namespace tet::gpu {

/// Work of one stream that repeats, recorded as CUDA graphs.
///
/// While one is recorded, which takes one call's time, no other thread may wait for the whole device (as Storage's copies
/// do).
class Graphs {
 public:
  explicit Graphs(cudaStream_t stream) : stream_(stream) {}
  Graphs(Graphs const&) = delete;
  Graphs& operator=(Graphs const&) = delete;
  ~Graphs() { (void)cudaStreamSynchronize(stream_); }

  /// Starts the work that has this name: records it, the first time. The body must have run before outside of a graph, so
  /// that code is loaded and algorithms are chosen.
  /// Throws: CudaError where the work cannot be recorded; CudaLaunch::kernels runs it without.
  template <class Body>
  void run(RepeatedWork const& work, Body const& body) {
    auto found = graphs_.find(work);
    if (found == graphs_.end()) {
      if (graphs_.size() == most) {
        TET_CUDA_CHECK(cudaStreamSynchronize(stream_));
        graphs_.clear();
      }
      found = graphs_.emplace(work, record(body)).first;
    }
    TET_CUDA_CHECK(cudaGraphLaunch(found->second.handle, stream_));
  }

  /// Number of graphs that were recorded.
  std::size_t count() const { return graphs_.size(); }
  /// Whether a body runs in order to be recorded.
  bool recording() const { return recording_; }
  /// How an event is recorded that the host waits for: in a graph it is a node, which each launch records anew.
  unsigned event_flags() const { return recording_ ? cudaEventRecordExternal : cudaEventRecordDefault; }

 private:
  static constexpr std::size_t most = 64;

  struct Graph {
    cudaGraphExec_t handle = nullptr;
    Graph() = default;
    Graph(Graph&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
    Graph& operator=(Graph&&) = delete;
    ~Graph() {
      if (handle != nullptr) (void)cudaGraphExecDestroy(handle);
    }
  };

  template <class Body>
  Graph record(Body const& body) {
    TET_CUDA_CHECK(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal));
    cudaGraph_t graph = nullptr;
    recording_ = true;
    try {
      body();
      recording_ = false;
    } catch (...) {
      recording_ = false;
      (void)cudaStreamEndCapture(stream_, &graph);
      if (graph != nullptr) (void)cudaGraphDestroy(graph);
      (void)cudaGetLastError();
      throw;
    }
    TET_CUDA_CHECK(cudaStreamEndCapture(stream_, &graph));
    Graph result;
    cudaError_t const made = cudaGraphInstantiate(&result.handle, graph, 0);
    (void)cudaGraphDestroy(graph);
    check(made, "cudaGraphInstantiate");
    return result;
  }

  cudaStream_t stream_;
  std::map<RepeatedWork, Graph> graphs_;
  bool recording_ = false;
};

}  // namespace tet::gpu

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/options.cuh>
#include <tet/config.hpp>
#include <tet/core/index.hpp>
#include <tet/core/matrix.hpp>
#include <tet/core/repeated_work.hpp>
#include <tet/core/storage.hpp>

#include <cstddef>
#include <cstring>
#include <utility>

namespace tet {

// What only this backend uses is in namespace gpu: a namespace tet::cuda, after a user's `using namespace tet`, would hide
// CUDA's own.

/// The CUDA backend: where its loops run, and its memory. Primitives are free functions with it as first argument.
///
/// `Execution` is gpu::Device, or in tests its twin on the host, which runs the same loop bodies (Thrust's policy is its
/// member policy()) in the host's memory. Loop bodies are trivially copyable structs with a TET_HD operator().
template <class Execution>
class BasicCuda {
 public:
  explicit BasicCuda(CudaOptions options = {}) : options_(options), execution_(options) {}

  static constexpr char const* name = Execution::name;

  CudaOptions const& options() const { return options_; }
  Execution& execution() { return execution_; }
  Execution const& execution() const { return execution_; }

  /// body(i) for i in 0 … count - 1, in any order.
  template <class Body>
  void for_each(Index count, Body const& body) {
    if (count > 0) execution_.for_each(count, body);
  }

  /// body(n, c) for each place n and each channel c, up to a multiple of 64: bodies write the bits of whole words.
  template <class Body>
  void for_each_neuron(Index pixels, Index channels, Body const& body) {
    execution_.for_each_neuron(pixels, channels, body);
  }

  /// body(), or what it put on its way when it last ran under this name. The body must have run before.
  template <class Body>
  void repeat(RepeatedWork const& work, Body const& body) {
    execution_.repeat(work, body);
  }

  /// Copies from the host, in stream order; what it copies from may change as soon as it returns.
  void bring(std::byte* to, void const* from, Index bytes) {
    execution_.fill(to, bytes, [&](std::byte* host) { return std::memcpy(host, from, std::size_t(bytes)); });
  }

  /// Memory for what a step needs from before it until after it. It stays in its place until more is asked for.
  std::byte* step_memory(Index bytes) {
    if (step_memory_.size() < bytes) step_memory_ = Storage<BasicCuda, std::byte>(bytes);
    return step_memory_.data();
  }

  static std::byte* allocate(Index bytes) { return Execution::allocate(bytes); }
  static void release(std::byte* block) noexcept { Execution::release(block); }
  static void clear(std::byte* block, Index bytes) { Execution::clear(block, bytes); }
  static void upload(std::byte* to, void const* from, Index bytes) { Execution::upload(to, from, bytes); }
  static void download(void* to, std::byte const* from, Index bytes) { Execution::download(to, from, bytes); }

 private:
  CudaOptions options_;
  Execution execution_;
  Storage<BasicCuda, std::byte> step_memory_;
};

}  // namespace tet

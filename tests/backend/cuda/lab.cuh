// SPDX-License-Identifier: MIT
#pragma once

#include <tests/support/lab.hpp>
#include <tests/support/reference.hpp>
#include <tests/support/skip.hpp>
#include <tet/neutral.hpp>

#include <doctest/doctest.h>

#if defined(__CUDACC__)
#include <tet/cuda.cuh>
#else
#include <tests/support/host_execution.cuh>
#include <tet/backend/cuda/primitives.cuh>
#include <tet/cpu.hpp>
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

// Each test runs the same calls on the CPU backend and on the CUDA backend, and compares. Its file is compiled twice: by the host's
// compiler, where the CUDA backend is its twin on the host, and by nvcc, for a device. The CPU backend's results are computed by the
// first of the two objects for both, so that nvcc, much the slower compiler, need not compile the CPU backend. Hence the types of
// tests have a name that both objects know: no unnamed namespace.

namespace tet::test {

#if defined(__CUDACC__)

inline bool device_exists() {
  int count = 0;
  bool const found = cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
  (void)cudaGetLastError();
  return found;
}

/// A test case of a function template over the backend, here on a device.
#define TET_TEST_CUDA(name, function)                            \
  TEST_CASE("CUDA backend on a device: " name " [gpu]") {        \
    if (!tet::test::device_exists()) TET_SKIP("no CUDA device"); \
    function<tet::Cuda>();                                       \
  }

#else

/// A test case of a function template over the backend, here on its twin on the host.
#define TET_TEST_CUDA(name, function) \
  TEST_CASE("CUDA backend on the host: " name " [cuda]") { function<tet::test::HostTwin>(); }

#endif

/// Named results, as numbers.
class Results {
 public:
  template <class Backend, class Element>
  void add(std::string const& name, Lab<Backend>&, Element const* from, Index count) {
    std::vector<Element> const host = fetch<Backend>(from, count);
    if constexpr (std::is_same_v<Element, std::uint64_t>) {  // bits: as bytes, which a double holds exactly
      auto const* const bytes = reinterpret_cast<std::uint8_t const*>(host.data());
      add(name, std::vector<double>(bytes, bytes + 8 * host.size()));
    } else {
      add(name, std::vector<double>(host.begin(), host.end()));
    }
  }
  template <class Backend, class Kind, class Scalar>
  void add(std::string const& name, Lab<Backend>& lab, Activation<Kind, Scalar> const& x) {
    add(name, lab, x.data, x.pixels * x.elements_per_pixel(x.channels));
  }
  void add(std::string const& name, std::vector<double> values) { all_.emplace_back(name, std::move(values)); }

  std::vector<double> const& operator[](std::string const& name) const {
    auto const found = std::find_if(all_.begin(), all_.end(), [&](auto const& result) { return result.first == name; });
    REQUIRE(found != all_.end());
    return found->second;
  }

  /// Each array to `tolerance` of its largest value; bits and counts exactly.
  void check_equal(Results const& want, double tolerance) const {
    REQUIRE(all_.size() == want.all_.size());
    for (std::size_t i = 0; i < all_.size(); ++i) {
      auto const& [name, got] = all_[i];
      auto const& wanted = want.all_[i].second;
      CAPTURE(name);
      REQUIRE(got.size() == wanted.size());
      double largest = 0, error = 0;
      for (std::size_t k = 0; k < got.size(); ++k) {
        largest = std::max(largest, std::abs(wanted[k]));
        error = std::max(error, std::isfinite(got[k]) ? std::abs(got[k] - wanted[k]) : INFINITY);
      }
      CHECK(error <= tolerance * largest);
    }
  }

 private:
  std::vector<std::pair<std::string, std::vector<double>>> all_;
};

/// All parameters and statistics of a model.
template <class Model>
void add_tensors(Results& results, Model const& model) {
  for (TensorInfo const& info : model.tensors())
    if (info.role != TensorRole::counter) {
      auto const values = model.get(info);
      results.add(info.name, {values.begin(), values.end()});
    }
}

template <class Scalar>
inline constexpr double agreement = sizeof(Scalar) == 4 ? 1e-5 : 1e-12;

/// What run(lab) gives on the CPU backend.
template <class Run>
Results on_cpu(Run const& run);

#if !defined(__CUDACC__)
template <class Run>
Results on_cpu(Run const& run) {
  Results (*const volatile itself)(Run const&) =
      &on_cpu<Run>;  // so that it exists under its name, for the other object
  (void)itself;
  Lab<Cpu> lab;
  return run(lab);
}
#endif

/// run(lab) on the CPU backend and on Backend.
template <class Backend, class Scalar, class Run>
void compare(Run const& run, CudaOptions options = {}, double tolerance = agreement<Scalar>) {
  Lab<Backend> cuda{Backend{options}};
  run(cuda).check_equal(on_cpu(run), tolerance);
}

}  // namespace tet::test

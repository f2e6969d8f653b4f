// SPDX-License-Identifier: MIT
#include <tet/backend/cpu/eigen.hpp>
#include <tet/core/pack.hpp>
#include <tet/version.hpp>

#include <benchmark/benchmark.h>
#include <oneapi/tbb/version.h>

#include <cstdlib>
#include <string>

namespace {

std::string version(int major, int minor, int patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

char const* assertions() {
#ifdef NDEBUG
  return "off";
#else
  return "on";
#endif
}

/// What the executable is made of stands in the output of every run.
int const registered = [] {
  benchmark::AddCustomContext("tet", version(TET_VERSION_MAJOR, TET_VERSION_MINOR, TET_VERSION_PATCH));
  benchmark::AddCustomContext("compiler", __VERSION__);
  benchmark::AddCustomContext("floats_per_pack", std::to_string(tet::native_width<float>));
  benchmark::AddCustomContext("assertions", assertions());
  benchmark::AddCustomContext("onetbb", TBB_runtime_version());
  char const* const weights = std::getenv("TET_BENCHMARK_WEIGHTS");
  benchmark::AddCustomContext("weights", weights == nullptr ? "default initialisation" : weights);
  benchmark::AddCustomContext("eigen", version(EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION));
  return 0;
}();

}  // namespace

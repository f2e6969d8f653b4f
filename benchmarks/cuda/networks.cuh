// SPDX-License-Identifier: MIT
#pragma once

#include <tet/tet.hpp>

#include <cuda/stopwatch.cuh>
#include <model/random_batch.hpp>

#include <benchmark/benchmark.h>

#include <string>
#include <utility>

namespace bench {

/// A training step on the device, timed by events. `peak_bytes`: what it takes of the device beyond an empty backend.
template <class Net>
void train_step_cuda(benchmark::State& state, tet::Timesteps timesteps, tet::BatchSize batch_size,
                     tet::Presentation presentation, tet::CudaOptions options) {
  if (!device_exists()) return state.SkipWithError("no CUDA device");
  tet::Cuda exec{options};
  double const empty = device_bytes_in_use();
  tet::Model<Net, tet::Cuda> model{tet::Seed{1}, std::move(exec)};
  tet::Adam optimizer{model};
  auto const batch = random_batch<Net>(timesteps, batch_size, presentation);
  tet::TetLoss const loss{.lambda = 1e-3};
  for (int warm = 0; warm < 5; ++warm) tet::train_step(model, loss, optimizer, batch);
  Stopwatch stopwatch(model.exec().execution().stream());
  for (auto _ : state)
    state.SetIterationTime(
        stopwatch.seconds([&] { benchmark::DoNotOptimize(tet::train_step(model, loss, optimizer, batch)); }));
  state.SetItemsProcessed(state.iterations() * batch_size.value);
  state.counters["peak_bytes"] = device_bytes_in_use() - empty;
  state.counters["model_bytes"] =
      double(tet::memory_for<Net, tet::Cuda>(timesteps, batch_size, presentation, model.exec()).total());
}

/// What the last part of a name says of products of float values, and of how a step is launched.
struct NamedOptions {
  char const* name;
  tet::CudaOptions options;
};
inline constexpr NamedOptions named_options[] = {
    {"cuda", {}},
    {"cuda_graphs", {.launch = tet::CudaLaunch::graphs}},
    {"cuda_tf32", {.precision = tet::CudaPrecision::tf32}},
    {"cuda_bf16", {.precision = tet::CudaPrecision::bf16}},
    {"cuda_bf16_graphs", {.precision = tet::CudaPrecision::bf16, .launch = tet::CudaLaunch::graphs}}};

/// Registers train_step/<net>/T:<T>/B:<B>/<options> for each (T, B).
template <class Net>
int register_cuda_network(std::string const& net, tet::Presentation presentation,
                          std::initializer_list<std::pair<int, int>> extents) {
  for (auto const& [t, b] : extents)
    for (NamedOptions const& named : named_options)
      benchmark::RegisterBenchmark(
          ("train_step/" + net + "/T:" + std::to_string(t) + "/B:" + std::to_string(b) + "/" + named.name).c_str(),
          train_step_cuda<Net>, tet::Timesteps{t}, tet::BatchSize{b}, presentation, named.options)
          ->Unit(benchmark::kMillisecond)
          ->UseManualTime();
  return 0;
}

}  // namespace bench

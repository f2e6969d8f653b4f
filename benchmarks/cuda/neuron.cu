// SPDX-License-Identifier: MIT
#include <tet/tet.hpp>

#include <cuda/stopwatch.cuh>

#include <benchmark/benchmark.h>

#include <string>

namespace {

constexpr tet::Index pixels = 65536, channels = 64;

/// Forward and backward of [T, 65536, 64] neurons on analog input: reads x, writes bits, reads x and ds, writes dx.
template <class Neuron>
void forward_backward(benchmark::State& state, tet::Index timesteps) {
  if (!bench::device_exists()) return state.SkipWithError("no CUDA device");
  tet::Cuda exec;
  tet::Index const values = timesteps * pixels * channels;
  tet::Storage<tet::Cuda, float> x(values), ds(values), dx(values);
  tet::Storage<tet::Cuda, std::uint64_t> spikes(timesteps * pixels);
  tet::Random const random(tet::Seed{3}, 0);
  std::vector<float> host(static_cast<std::size_t>(values));
  for (std::size_t i = 0; i < host.size(); ++i) host[i] = float(random.uniform(i) * 2 - 0.5);
  x.upload(host);
  ds.upload(host);
  tet::NeuronCall<tet::Analog, tet::NoNormalisation, float> const call{
      .x = {x.data(), timesteps * pixels, channels}, .timesteps = timesteps, .pixels = pixels};
  tet::Storage<tet::Cuda, std::byte> scratch(
      tet::neuron_workspace<Neuron, tet::NoNormalisation, float>(exec, timesteps, pixels, channels));
  tet::Activation<tet::Spike, float> const out{spikes.data(), timesteps * pixels, channels};
  auto const step = [&] {
    tet::neuron_forward<Neuron>(exec, call, out);
    tet::neuron_backward<Neuron>(exec, call, tet::GradientView<float>{ds.data()}, dx.data(), {},
                                 tet::Workspace{scratch.data(), scratch.bytes()});
  };
  step();
  bench::Stopwatch stopwatch(exec.execution().stream());
  for (auto _ : state) state.SetIterationTime(stopwatch.seconds(step));
  state.SetItemsProcessed(state.iterations() * values);
  state.SetBytesProcessed(state.iterations() * (values * 4 * 4 + timesteps * pixels * 8));
}

/// The yardstick: a copy within the device.
void copy(benchmark::State& state, tet::Index bytes) {
  if (!bench::device_exists()) return state.SkipWithError("no CUDA device");
  tet::Cuda exec;
  tet::Storage<tet::Cuda, std::byte> from(bytes), to(bytes);
  cudaStream_t const stream = exec.execution().stream();
  bench::Stopwatch stopwatch(stream);
  for (auto _ : state)
    state.SetIterationTime(stopwatch.seconds([&] {
      TET_CUDA_CHECK(cudaMemcpyAsync(to.data(), from.data(), std::size_t(bytes), cudaMemcpyDeviceToDevice, stream));
    }));
  state.SetBytesProcessed(state.iterations() * 2 * bytes);
}

int const registered = [] {
  std::string const n = std::to_string(pixels * channels);
  for (tet::Index const timesteps : {4, 8, 16, 32})
    benchmark::RegisterBenchmark(
        ("neuron/lif/forward_backward/T:" + std::to_string(timesteps) + "/N:" + n + "/cuda").c_str(),
        forward_backward<tet::Lif<>>, timesteps)
        ->Unit(benchmark::kMicrosecond)
        ->UseManualTime();
  benchmark::RegisterBenchmark("neuron/copy/bytes:1073741824/cuda", copy, tet::Index(1) << 30)->UseManualTime();
  return 0;
}();

}  // namespace

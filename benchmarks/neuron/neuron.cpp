// SPDX-License-Identifier: MIT
#include <tet/tet.hpp>

#include <benchmark/benchmark.h>

#include <string>

namespace {

/// Forward and backward of N neurons over T timesteps on analog input: reads x, writes bits, reads x and ds, writes dx.
template <class Neuron>
void forward_backward(benchmark::State& state, tet::Index timesteps, tet::Index neurons) {
  constexpr tet::Index channels = 64;
  tet::Index const pixels = neurons / channels;
  tet::Cpu exec;
  tet::Storage<tet::Cpu, float> x(timesteps * neurons), ds(timesteps * neurons), dx(timesteps * neurons);
  tet::Storage<tet::Cpu, std::uint64_t> spikes(timesteps * pixels);
  tet::Random const random(tet::Seed{3}, 0);
  for (tet::Index i = 0; i < x.size(); ++i) {
    x.data()[i] = float(random.uniform(std::uint64_t(i)) * 2 - 0.5);
    ds.data()[i] = float(random.uniform(std::uint64_t(i + x.size())) - 0.5);
  }
  tet::NeuronCall<tet::Analog, tet::NoNormalisation, float> const call{
      .x = {x.data(), timesteps * pixels, channels}, .timesteps = timesteps, .pixels = pixels};
  tet::Storage<tet::Cpu, std::byte> scratch(
      tet::neuron_workspace<Neuron, tet::NoNormalisation, float>(exec, timesteps, pixels, channels));
  tet::Activation<tet::Spike, float> const out{spikes.data(), timesteps * pixels, channels};
  for (auto _ : state) {
    tet::neuron_forward<Neuron>(exec, call, out);
    tet::neuron_backward<Neuron>(exec, call, tet::GradientView<float>{ds.data()}, dx.data(), {},
                                 tet::Workspace{scratch.data(), scratch.bytes()});
    benchmark::ClobberMemory();
  }
  state.counters["spike_rate"] = tet::count_active(exec, out) / double(timesteps * neurons);
  tet::Index const moved = timesteps * neurons * 4 * 4 + timesteps * pixels * 8;
  state.SetItemsProcessed(state.iterations() * timesteps * neurons);
  state.SetBytesProcessed(state.iterations() * moved);
}

/// The yardstick: copying as many bytes, each thread its share.
void copy(benchmark::State& state, tet::Index bytes) {
  tet::Cpu exec;
  tet::Storage<tet::Cpu, std::byte> from(bytes), to(bytes);
  tet::Index const share = bytes / exec.slots();
  for (auto _ : state) {
    exec.parallel_for(exec.slots(), [&](tet::Index task, tet::Index) {
      tet::Cpu::upload(to.data() + task * share, from.data() + task * share, share);
    });
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * 2 * bytes);
}

template <class Neuron>
void register_neuron(std::string const& name) {
  for (tet::Index const timesteps : {4, 10})
    for (tet::Index const neurons : {tet::Index(4096), tet::Index(1) << 18, tet::Index(1) << 22})
      benchmark::RegisterBenchmark(("neuron/" + name + "/forward_backward/T:" + std::to_string(timesteps) +
                                    "/N:" + std::to_string(neurons) + "/cpu")
                                       .c_str(),
                                   forward_backward<Neuron>, timesteps, neurons)
          ->Unit(benchmark::kMicrosecond)
          ->UseRealTime();
}

int const registered = [] {
  register_neuron<tet::Lif<>>("lif");
  register_neuron<tet::Lif<tet::LifConfig{.reset = tet::Reset::soft}>>("lif_soft");
  register_neuron<tet::Lif<tet::LifConfig{}, tet::Sigmoid<>>>("lif_sigmoid");
  register_neuron<tet::If<>>("if");
  for (tet::Index const bytes : {tet::Index(1) << 16, tet::Index(1) << 28})
    benchmark::RegisterBenchmark(("neuron/copy/bytes:" + std::to_string(bytes) + "/cpu").c_str(), copy, bytes)
        ->UseRealTime();
  return 0;
}();

}  // namespace

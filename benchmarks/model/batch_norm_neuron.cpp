// SPDX-License-Identifier: MIT
#include <tet/tet.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

namespace {

using namespace tet;

/// A BatchNorm and the neuron after it as a model runs them, forward and backward, on pre-activations of variance 1.
/// Shape: [T * B, H, H, C].
template <Index H, Index C>
void forward_backward(benchmark::State& state, Timesteps timesteps, BatchSize batch) {
  using In = Signal<Shape{H, H, C}, Analog>;
  detail::Flow const flow{timesteps.value, batch.value, false};
  detail::ChainOf<Sequential<BatchNorm<>, Lif<>>, In, Cpu, float> chain;
  detail::TensorCursor cursor;
  chain.place(cursor);
  Storage<Cpu, float> parameters(cursor.parameters()), gradients(cursor.parameters()), statistics(cursor.statistics());
  std::fill_n(parameters.data(), C, 1.0f);  // weights of 1, biases of 0

  auto const plan = [&](detail::Planner<Cpu>& planner) {
    chain.plan(planner, flow);
    chain.plan_gradients(planner, detail::Target::given, planner.arena.mark(), {});
  };
  Cpu exec;
  detail::Planner<Cpu> measure{exec, {}, 0};
  plan(measure);
  Storage<Cpu, std::byte> memory(measure.arena.peak()), scratch(measure.workspace);
  detail::Planner<Cpu> planner{exec, Arena(memory.data(), memory.size()), 0};
  plan(planner);

  Storage<Cpu, float> x(flow.frames() * In::shape.size()), ds(x.size()), dx(x.size());
  Random const random(Seed{3}, 0);
  for (Index i = 0; i < x.size(); ++i) {
    auto const uniform = [&](std::uint64_t n) { return float(random.uniform(4 * std::uint64_t(i) + n)); };
    x.data()[i] = 2 * (uniform(0) + uniform(1) + uniform(2)) - 3;
    ds.data()[i] = uniform(3) - 0.5f;
  }
  Activation<Analog, float> const input{x.data(), flow.frames() * In::shape.pixels(), C};
  detail::Pass<Cpu, float> pass{
      exec, parameters.data(), gradients.data(), statistics.data(), {scratch.data(), scratch.bytes()}, Mode::training};
  Activation<Spike, float> s;
  for (auto _ : state) {
    s = chain.forward(pass, input);
    chain.backward(pass, ds.data(), dx.data(), InputGradient::computed);
    benchmark::ClobberMemory();
  }
  state.counters["spike_rate"] = count_active(exec, s) / double(x.size());
  state.SetItemsProcessed(state.iterations() * x.size());
  // In arrays: x for statistics, x for spikes, x and ds for sums, x and ds to dx. And bits.
  state.SetBytesProcessed(state.iterations() * (7 * x.bytes() + x.size() / 8));
}

template <Index H, Index C>
void add() {
  std::string const size = "T:10/B:8/H:" + std::to_string(H) + "/C:" + std::to_string(C);
  std::string const name = "batch_norm_neuron/lif/forward_backward/" + size + "/cpu";
  benchmark::RegisterBenchmark(name.c_str(), forward_backward<H, C>, Timesteps{10}, BatchSize{8})
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

// Pre-activations of VggSnn.
int const registered = (add<48, 128>(), add<24, 256>(), add<12, 512>(), add<6, 512>(), 0);

}  // namespace

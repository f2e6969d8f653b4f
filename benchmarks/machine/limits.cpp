// SPDX-License-Identifier: MIT
#include <tet/backend/cpu/conv/bits.hpp>
#include <tet/backend/cpu/cpu.hpp>
#include <tet/core/pack.hpp>
#include <tet/core/random.hpp>
#include <tet/core/storage.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

// What one core can do at best, the yardsticks of docs/performance.md: multiply-adds in registers (dense kernels), and
// adding rows of weights in random order (spike-driven kernels).

namespace {

using V = tet::NativePack<float>;

void multiply_add(benchmark::State& state) {
  constexpr int chains = 12, rounds = 1000;  // enough independent chains to hide the latency
  V sum[chains];
  for (int k = 0; k < chains; ++k) sum[k] = V(float(k));
  V const factor(0.999f), term(1e-3f);
  for (auto _ : state) {
    for (int i = 0; i < rounds; ++i)
#pragma GCC unroll 12
      for (int k = 0; k < chains; ++k) sum[k] = sum[k] * factor + term;
    benchmark::DoNotOptimize(sum);
  }
  double const flops = 2.0 * V::width * chains * rounds;
  state.counters["flops"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

/// Rows of 64 floats, one for each active input, from a table of `rows`, in the way of the spike-driven kernels.
void add_rows(benchmark::State& state, tet::Index rows) {
  constexpr tet::Index row = 64, packs = row / V::width, list = 4096;
  tet::Storage<tet::Cpu, float> table(rows * row);
  std::vector<std::uint16_t> order(std::size_t(list) + 4);  // a step is read ahead
  tet::Random const random(tet::Seed{5}, 0);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = std::uint16_t(random.below(i, std::uint64_t(rows)));
  V even[packs], odd[packs];
  for (V& s : even) s = V(0.0f);
  for (V& s : odd) s = V(0.0f);
  auto const add = [&](V(&sum)[packs], std::uint64_t at) {
    float const* const from = table.data() + tet::Index(at & 0xFFFF) * row;
#pragma GCC unroll 8
    for (tet::Index k = 0; k < packs; ++k) sum[k] += V::load(from + k * V::width);
  };
  for (auto _ : state) {
    std::uint64_t next = tet::conv::next_entries(order.data());
    for (tet::Index i = 0; i < list; i += 4) {
      std::uint64_t const four = next;
      next = tet::conv::next_entries(order.data() + i + 4);
      add(even, four);
      add(odd, four >> 16);
      add(even, four >> 32);
      add(odd, four >> 48);
    }
    benchmark::DoNotOptimize(even);
    benchmark::DoNotOptimize(odd);
  }
  state.SetItemsProcessed(state.iterations() * list);
  state.SetBytesProcessed(state.iterations() * list * row * tet::Index(sizeof(float)));
}

int const registered = [] {
  benchmark::RegisterBenchmark("machine/multiply_add/cpu", multiply_add);
  for (tet::Index const rows : {64, 1024, 65536}) {  // 16 KiB, 256 KiB, 16 MiB: L1, L2, beyond
    std::string const name = "machine/add_rows/rows:" + std::to_string(rows) + "/cpu";
    benchmark::RegisterBenchmark(name.c_str(), add_rows, rows);
  }
  return 0;
}();

}  // namespace

// SPDX-License-Identifier: MIT
#include <tet/data/nmnist.hpp>

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace {

namespace data = tet::data;

constexpr data::Slicing slicing{.slice = data::Slice::duration, .frames = {10}, .amount = 32000};

/// The recordings for training below TET_DATA_DIR, which holds N-MNIST; nothing where they cannot be had.
std::optional<data::Recordings> recordings(benchmark::State& state) {
  char const* const folder = std::getenv("TET_DATA_DIR");
  if (folder == nullptr) {
    state.SkipWithError("TET_DATA_DIR names no folder with N-MNIST");
    return std::nullopt;
  }
  try {
    return data::nmnist(std::string(folder) + "/N-MNIST", slicing, data::FrameValues::counts).train;
  } catch (std::exception const& error) {
    state.SkipWithError(error.what());
    return std::nullopt;
  }
}

void finish(benchmark::State& state, data::Recordings const& set, double checksum) {
  state.SetItemsProcessed(state.iterations() * set.size());
  state.counters["recordings"] = double(set.size());
  state.counters["checksum"] = checksum;
}

/// Files to events, one recording after the other into one vector.
void events(benchmark::State& state) {
  auto const set = recordings(state);
  if (!set) return;
  std::vector<data::Event> read;
  double checksum = 0;  // of all fields, for comparison with other readers
  for (tet::Index i = 0; i < set->size(); ++i) {
    data::read_events(set->path(i), set->sensor(), read);
    for (data::Event const& e : read) checksum += double(e.x + 3 * e.y + 5 * e.polarity + 7 * e.t);
  }
  for (auto _ : state) {
    for (tet::Index i = 0; i < set->size(); ++i) {
      data::read_events(set->path(i), set->sensor(), read);
      benchmark::DoNotOptimize(read.data());
      benchmark::ClobberMemory();
    }
  }
  finish(state, *set, checksum);
}

/// Files to ten frames of 32 ms, as a batch is made of them.
void frames(benchmark::State& state) {
  auto const set = recordings(state);
  if (!set) return;
  std::vector<float> values(std::size_t(slicing.frames.value * set->shape().size()));
  double checksum = 0;  // of the number of events in each frame
  for (tet::Index i = 0; i < set->size(); ++i) {
    set->sample(i, slicing.frames, {}, values);
    for (std::size_t k = 0; k < values.size(); ++k)
      checksum += double(values[k]) * double(k / std::size_t(set->shape().size()) + 1);
  }
  for (auto _ : state) {
    for (tet::Index i = 0; i < set->size(); ++i) {
      set->sample(i, slicing.frames, {}, values);
      benchmark::DoNotOptimize(values.data());
      benchmark::ClobberMemory();
    }
  }
  finish(state, *set, checksum);
}

int const registered = [] {
  benchmark::RegisterBenchmark("recordings/events/cpu", events)->Unit(benchmark::kMillisecond)->UseRealTime();
  benchmark::RegisterBenchmark("recordings/frames/cpu", frames)->Unit(benchmark::kMillisecond)->UseRealTime();
  return 0;
}();

}  // namespace

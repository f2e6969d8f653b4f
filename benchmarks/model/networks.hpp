// SPDX-License-Identifier: MIT
#pragma once

#include <tet/tet.hpp>

#include "model/start.hpp"
#include "process_memory.hpp"

#include <benchmark/benchmark.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace bench {

/// Samples per second, the memory of the model's plan, and the spike rate of the last call, on which speed depends;
/// bytes: what forward keeps and backward reads again.
template <class Net>
void set_counters(benchmark::State& state, tet::Model<Net, tet::Cpu>& model, tet::Timesteps timesteps,
                  tet::BatchSize batch, tet::Presentation presentation) {
  tet::analysis::SpikeActivity activity;
  tet::analysis::add_last_call(model, activity);
  state.counters["spike_rate"] = activity.rate();
  auto const need = tet::memory_for<Net, tet::Cpu>(timesteps, batch, presentation);
  state.SetItemsProcessed(state.iterations() * batch.value);
  state.SetBytesProcessed(state.iterations() * need.activations);
  state.counters["model_bytes"] = double(need.total());
}

/// `peak_bytes`: largest resident set of the process above the empty one; of this network where the process runs no
/// other benchmark.
template <class Net>
void train_step(benchmark::State& state, std::string const& network, tet::Timesteps timesteps,
                tet::BatchSize batch_size, tet::Presentation presentation) {
  double const empty = empty_process_bytes();
  auto model = start_model<Net>(network);
  tet::Adam optimizer{model};
  auto const batch = start_batch<Net>(timesteps, batch_size, presentation);
  tet::TetLoss const loss{.lambda = 1e-3};
  tet::train_step(model, loss, optimizer, batch);
  for (auto _ : state) benchmark::DoNotOptimize(tet::train_step(model, loss, optimizer, batch));
  if (trained_weights().empty()) state.counters["peak_bytes"] = peak_resident_bytes() - empty;  // else CIFAR-10's, too
  model.forward(tet::InputBatch<float>{batch.values, timesteps, batch_size, presentation}, tet::Mode::training);
  set_counters<Net>(state, model, timesteps, batch_size, presentation);
}

/// Forward alone, in training mode.
template <class Net>
void forward(benchmark::State& state, std::string const& network, tet::Timesteps timesteps, tet::BatchSize batch_size,
             tet::Presentation presentation) {
  auto model = start_model<Net>(network);
  auto const batch = start_batch<Net>(timesteps, batch_size, presentation);
  tet::InputBatch<float> const input{batch.values, timesteps, batch_size, presentation};
  model.forward(input, tet::Mode::training);
  for (auto _ : state) benchmark::DoNotOptimize(model.forward(input, tet::Mode::training).data);
  set_counters<Net>(state, model, timesteps, batch_size, presentation);
}

/// A model whose running statistics are trained, or close to a sample's (0.9^60 of the way left), so that its neurons
/// fire in inference as they do in training. Made once for each T: it takes 60 passes.
template <class Net>
tet::Model<Net, tet::Cpu>& settled_model(std::string const& network, tet::Timesteps timesteps,
                                         tet::Presentation presentation) {
  static std::map<tet::Index, std::unique_ptr<tet::Model<Net, tet::Cpu>>> models;
  auto& model = models[timesteps.value];
  if (!model) {
    model = std::make_unique<tet::Model<Net, tet::Cpu>>(start_model<Net>(network));
    if (!trained_weights().empty()) return *model;
    auto const sample = start_batch<Net>(timesteps, tet::BatchSize{1}, presentation);
    for (int i = 0; i < 60; ++i)
      model->forward(tet::InputBatch<float>{sample.values, timesteps, tet::BatchSize{1}, presentation},
                     tet::Mode::training);
  }
  return *model;
}

/// Whole sequences through an inference engine. Its memory is what it holds, weights included.
template <class Net, class Precision>
void infer(benchmark::State& state, std::string const& network, tet::Timesteps timesteps, tet::BatchSize batch_size,
           tet::Presentation presentation) {
  auto& model = settled_model<Net>(network, timesteps, presentation);
  auto const batch = start_batch<Net>(timesteps, batch_size, presentation);
  tet::InputBatch<float> const input{batch.values, timesteps, batch_size, presentation};
  model.forward(input, tet::Mode::inference);
  tet::analysis::SpikeActivity activity;
  tet::analysis::add_last_call(model, activity);
  tet::Inference<Net, tet::Cpu, Precision> engine{model, {.batch_size = batch_size.value}};
  for (auto _ : state) benchmark::DoNotOptimize(engine.run(input).data());
  state.SetItemsProcessed(state.iterations() * batch_size.value);
  state.counters["spike_rate"] = activity.rate();
  state.counters["engine_bytes"] = double(engine.bytes());
}

/// Registers train_step/<net>/T:<T>/B:<B>/cpu, and forward/…, infer/… and infer_int8/… of the same form, for each (T,
/// B); inference at B = 1, too.
template <class Net>
int register_network(std::string const& net, tet::Presentation presentation,
                     std::initializer_list<std::pair<int, int>> extents) {
  auto const name = [&](std::string const& work, int t, int b) {
    return work + "/" + net + "/T:" + std::to_string(t) + "/B:" + std::to_string(b) + "/cpu";
  };
  for (auto const& [t, b] : extents) {
    tet::Timesteps const timesteps{t};
    benchmark::RegisterBenchmark(name("train_step", t, b).c_str(), train_step<Net>, net, timesteps, tet::BatchSize{b},
                                 presentation)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
    benchmark::RegisterBenchmark(name("forward", t, b).c_str(), forward<Net>, net, timesteps, tet::BatchSize{b},
                                 presentation)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
    auto const register_inference = [&]<class Precision>(Precision, std::string const& work) {
      for (int const batch : {b, 1})
        benchmark::RegisterBenchmark(name(work, t, batch).c_str(), infer<Net, Precision>, net, timesteps,
                                     tet::BatchSize{batch}, presentation)
            ->Unit(benchmark::kMillisecond)
            ->UseRealTime();
    };
    register_inference(tet::Float32{}, "infer");
    register_inference(tet::Int8{}, "infer_int8");
  }
  return 0;
}

}  // namespace bench

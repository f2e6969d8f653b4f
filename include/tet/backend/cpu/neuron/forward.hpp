// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/neuron/lanes.hpp>

namespace tet {

/// All timesteps of a layer of neurons in one pass over memory; the states stay in registers.
///
/// Shape: x [T, pixels, C] (or one frame where call.repeated), out [T, pixels, C]: bits for a spiking neuron, values
///        for a smooth one.
template <NeuronModel Neuron, class Loops, class Kind, class Normalise, class OutKind, class Scalar>
void neuron_forward(BasicCpu<Loops>& exec, NeuronCall<Kind, Normalise, Scalar> const& neurons,
                    Activation<OutKind, Scalar> out) {
  constexpr int width = native_width<Scalar>;
  cpu::Partition const partition = cpu::neuron_partition(neurons.pixels);
  exec.parallel_for(partition.tasks(), [&](Index task, Index) {
    auto const& call = neurons;
    for (Index n = partition.begin(task); n < partition.end(task); ++n) {
      cpu::for_each_packs<width, cpu::neuron_packs>(call.x.channels, [&]<int Packs, bool Whole>(Index c) {
        using Lanes = cpu::NeuronLanes<Neuron, Kind, Normalise, Scalar, Whole>;
        auto const to = out;  // copied, as are sizes: writing bits as bytes could change what a reference leads to
        Index const timesteps = call.timesteps, pixels = call.pixels, place = n;
        auto const lanes = cpu::lanes_at<Lanes, Packs>(call, n, c);
        std::array<typename Lanes::State, Packs> state;
        cpu::for_each_of<Packs>([&](auto p) __attribute__((always_inline)) {
          state[p] = lanes[p].load_state(call.initial_state);
        });
        for (Index t = 0; t < timesteps; ++t) {
          lanes[0].template prefetch<Packs>(t);
          cpu::for_each_of<Packs>([&](auto p) __attribute__((always_inline)) {
            auto const f = lanes[p].step(state[p], lanes[p].centred(t));
            cpu::store_spikes<width>(to, t * pixels + place, lanes[p].c, f.s, lanes[p].count);
            state[p] = f.next;
          });
        }
        cpu::for_each_of<Packs>([&](auto p) __attribute__((always_inline)) {
          lanes[p].store_state(call.final_state, state[p]);
        });
      });
      for (Index t = 0; t < call.timesteps; ++t) cpu::clear_unused<width>(out, t * call.pixels + n);
    }
  });
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/neuron/lanes.hpp>

namespace tet {

/// All timesteps of a layer of neurons in one pass over memory; the states stay in the first-level cache.
///
/// Shape: x [T, pixels, C] (or one frame where call.repeated), out [T, pixels, C]: bits for a spiking neuron, values
///        for a smooth one.
template <NeuronModel Neuron, class Loops, class Kind, class Normalise, class OutKind, class Scalar>
void neuron_forward(BasicCpu<Loops>& exec, NeuronCall<Kind, Normalise, Scalar> const& neurons,
                    Activation<OutKind, Scalar> out) {
  constexpr int width = native_width<Scalar>;
  cpu::Partition const partition = cpu::neuron_partition(neurons.pixels);
  exec.parallel_for(partition.tasks(), [&](Index task, Index) {
    auto const call = neurons;  // copied, as is `to`: writing bits as bytes could change what a reference leads to
    auto const to = out;
    for (Index n = partition.begin(task); n < partition.end(task); ++n) {
      cpu::for_each_neuron_block<width>(call.x.channels, [&](Index first, Index end) {
        typename cpu::NeuronLanes<Neuron, Kind, Normalise, Scalar, true>::State states[cpu::neuron_block_packs];
        auto const for_each_pack = [&](auto const& body) [[gnu::always_inline]] {
          cpu::for_each_pack<width>(first, end, [&]<bool Whole>(Index c, Index p) {
            body(cpu::NeuronLanes<Neuron, Kind, Normalise, Scalar, Whole>(call, n, c), states[p]);
          });
        };
        for_each_pack([&](auto const& lanes, auto& state) { state = lanes.load_state(call.initial_state); });
        for (Index t = 0; t < call.timesteps; ++t)
          for_each_pack([&](auto const& lanes, auto& state) {
            auto const f = lanes.step(state, lanes.centred(t));
            cpu::store_spikes<width>(to, t * call.pixels + n, lanes.c, f.s, lanes.count);
            state = f.next;
          });
        for_each_pack([&](auto const& lanes, auto& state) { lanes.store_state(call.final_state, state); });
      });
      for (Index t = 0; t < call.timesteps; ++t) cpu::clear_unused<width>(to, t * call.pixels + n);
    }
  });
}

}  // namespace tet

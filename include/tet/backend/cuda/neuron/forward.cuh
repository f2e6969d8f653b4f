// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/cuda.cuh>
#include <tet/backend/cuda/neuron/lane.cuh>
#include <tet/backend/cuda/spike_bits.cuh>

namespace tet {

namespace gpu {

/// All timesteps of one neuron. Channels beyond the last one take part with an output of 0.
template <class Neuron, class Kind, class Normalise, class OutKind, class Scalar>
struct NeuronForward {
  NeuronCall<Kind, Normalise, Scalar> call;
  Activation<OutKind, Scalar> out;

  static constexpr int ahead =
      4;  // timesteps whose inputs are loaded at once: a load may not pass the stores of a step

  TET_HD void operator()(Index n, Index c) const {
    using Lane = NeuronLane<Neuron, Kind, Normalise, Scalar>;
    bool const exists = c < call.x.channels;
    Lane const lane(call, n, exists ? c : 0);
    typename Lane::State state = lane.load_state(call.initial_state);
    for (Index first = 0; first < call.timesteps; first += ahead) {
      Scalar centred[ahead];
      TET_UNROLL(4)
      for (int k = 0; k < ahead; ++k)
        if (first + k < call.timesteps) centred[k] = lane.centred(first + k);
      TET_UNROLL(4)
      for (int k = 0; k < ahead; ++k)
        if (first + k < call.timesteps) {
          auto const f = lane.step(state, centred[k]);
          store_output(out, (first + k) * call.pixels + n, c, exists ? f.s : Scalar(0));
          state = f.next;
        }
    }
    if (exists) lane.store_state(call.final_state, state);
  }
};

}  // namespace gpu

/// All timesteps of a layer of neurons in one pass over memory; the state stays in registers.
///
/// Shape: x [T, pixels, C] (or one frame where call.repeated), out [T, pixels, C]: bits for a spiking neuron, values
///        for a smooth one.
template <NeuronModel Neuron, class Execution, class Kind, class Normalise, class OutKind, class Scalar>
void neuron_forward(BasicCuda<Execution>& exec, NeuronCall<Kind, Normalise, Scalar> const& call,
                    Activation<OutKind, Scalar> out) {
  exec.for_each_neuron(call.pixels, call.x.channels,
                       gpu::NeuronForward<Neuron, Kind, Normalise, OutKind, Scalar>{call, out});
}

}  // namespace tet

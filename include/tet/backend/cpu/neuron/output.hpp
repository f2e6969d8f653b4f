// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/neuron.hpp>

namespace tet::cpu {

/// An output of forward kernels (see conv/output.hpp) that feeds a layer of neurons: the pre-activation goes from
/// registers into the membrane potential and is never stored. The state is carried in the call's memory.
///
/// Shape: state [values in State][places][C], out [timesteps][places][C]. Unused high bits of `out` are not touched.
template <NeuronModel Neuron, class OutKind>
struct NeuronOutput {
  using Lanes = NeuronLanes<Neuron, Analog, NoNormalisation, float, false>;

  NeuronCall<Analog, NoNormalisation, float> const& call;
  Activation<OutKind, float> out;

  void operator()(Index t, Index place, Index c, Index count, float const* values) const {
    for (Index k = 0; k < count; k += Lanes::width) {
      Lanes const lanes(call, place, c + k);
      auto const state = lanes.load_state(call.initial_state);
      auto const x = Lanes::V::load(values + k);
      auto const f = Neuron::template step<typename Lanes::V, NeuronFire<Neuron>>(state, lanes.parameters, x);
      store_spikes<Lanes::width>(out, t * call.pixels + place, c + k, f.s, lanes.count);
      lanes.store_state(call.final_state, f.next);
    }
  }
};

}  // namespace tet::cpu

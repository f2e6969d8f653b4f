// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/neuron/lane.cuh>
#include <tet/core/gradient.hpp>

namespace tet::cuda {

/// Timesteps whose recomputed states are held in registers at once, and how many such segments there may be.
inline constexpr int segment_steps = 16, most_segments = 64;

/// Goes through one neuron forward in time, then backward, and calls use(t, centred, gradient) for each step on the way
/// back. Nothing but the input is kept in memory: up to 16 timesteps the states stay in registers, of a longer time the
/// state before each 16 timesteps is kept and the rest computed once more.
/// Returns dL/d initial state.
template <class Lane, class Call, class Scalar, class Use>
TET_HD inline typename Lane::State neuron_there_and_back(Lane const& lane, Call const& call,
                                                         GradientRow<Scalar> const& ds, Scalar const* final_gradient,
                                                         Use const& use) {
  using State = typename Lane::State;
  using Neuron = typename Lane::NeuronType;
  Index const segments = ceil_div(call.timesteps, segment_steps);
  State boundary[most_segments];
  State state = lane.load_state(call.initial_state);
  for (Index s = 0; s + 1 < segments; ++s) {
    boundary[s] = state;
    for (Index t = s * segment_steps; t < (s + 1) * segment_steps; ++t) state = lane.step(state, lane.centred(t)).next;
  }
  State dstate = lane.load_state(final_gradient);
  for (Index s = segments; s-- > 0;) {
    Index const first = s * segment_steps;
    if (s + 1 < segments) state = boundary[s];
    State before[segment_steps];
    Scalar centred[segment_steps];
    TET_UNROLL(16)
    for (int k = 0; k < segment_steps; ++k)
      if (first + k < call.timesteps) {
        before[k] = state;
        centred[k] = lane.centred(first + k);
        state = lane.step(state, centred[k]).next;
      }
    TET_UNROLL(16)
    for (int k = segment_steps - 1; k >= 0; --k)
      if (first + k < call.timesteps) {
        Scalar const d = ds.first[(first + k) * ds.step + lane.c] * ds.share;
        auto const g =
            Neuron::template backward<Scalar>(before[k], lane.parameters, lane.step(before[k], centred[k]), d, dstate);
        dstate = g.state;
        use(first + k, centred[k], g);
      }
  }
  return dstate;
}

}  // namespace tet::cuda

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/neuron/lane.cuh>
#include <tet/core/gradient.hpp>

#include <type_traits>

namespace tet::gpu {

/// Timesteps whose recomputed states are held in registers at once, and how many such segments there may be.
inline constexpr int segment_steps = 16, most_segments = 64;

/// use(integral_constant): how many steps a thread needs registers for. Few steps leave room for more threads at once.
template <class Use>
void with_steps(Index timesteps, Use const& use) {
  if (timesteps <= 4) use(std::integral_constant<int, 4>{});
  else if (timesteps <= 8) use(std::integral_constant<int, 8>{});
  else use(std::integral_constant<int, segment_steps>{});
}

/// Goes through one neuron forward in time, then backward, and calls use(t, centred, gradient) for each step on the way
/// back. Nothing but the input is kept in memory: up to 16 timesteps the states stay in registers, of a longer time the
/// state before each 16 timesteps is kept and the rest computed once more.
/// Returns dL/d initial state.
template <int Steps, class Lane, class Call, class Scalar, class Use>
TET_HD inline typename Lane::State neuron_there_and_back(Lane const& lane, Call const& call,
                                                         GradientRow<Scalar> const& ds, Scalar const* final_gradient,
                                                         Use const& use) {
  using State = typename Lane::State;
  using Neuron = typename Lane::NeuronType;
  constexpr bool may_be_long = Steps == segment_steps;  // else one segment holds all timesteps
  Index const segments = may_be_long ? ceil_div(call.timesteps, Steps) : 1;
  State boundary[may_be_long ? most_segments : 1];
  State state = lane.load_state(call.initial_state);
  if constexpr (may_be_long)
    for (Index s = 0; s + 1 < segments; ++s) {
      boundary[s] = state;
      for (Index t = s * Steps; t < (s + 1) * Steps; ++t) state = lane.step(state, lane.centred(t)).next;
    }
  State dstate = lane.load_state(final_gradient);
  for (Index s = segments; s-- > 0;) {
    Index const first = s * Steps;
    if constexpr (may_be_long)
      if (s + 1 < segments) state = boundary[s];
    State before[Steps];
    Scalar centred[Steps];
    TET_UNROLL(16)
    for (int k = 0; k < Steps; ++k)
      if (first + k < call.timesteps) {
        before[k] = state;
        centred[k] = lane.centred(first + k);
        state = lane.step(state, centred[k]).next;
      }
    TET_UNROLL(16)
    for (int k = Steps - 1; k >= 0; --k)
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

}  // namespace tet::gpu

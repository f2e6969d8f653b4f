// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/output.hpp>
#include <tet/backend/cpu/neuron.hpp>

namespace tet::cpu {

/// An output of forward kernels (see conv/output.hpp) that feeds a layer of neurons: the pre-activation goes from
/// registers into the membrane potential and is never stored. Between runs the state waits in the call's memory.
///
/// Shape: state [values in State][places][C], out [timesteps][places][C]. Unused high bits of `out` are not touched.
template <NeuronModel Neuron, class OutKind>
struct NeuronOutput {
  NeuronCall<Analog, NoNormalisation, float> const& call;
  Activation<OutKind, float> out;

  void operator()(conv::OutputRun const& run) const {
    constexpr int width = native_width<float>;
    auto const packs = [&]<int Packs, bool Whole>(Index k) {
      using Lanes = NeuronLanes<Neuron, Analog, NoNormalisation, float, Whole>;
      auto const to = out;  // copied: writing bits as bytes could change what a reference leads to
      Index const places = call.pixels, end = run.first_timestep + run.timesteps, stride = run.stride;
      float const* values = run.values + k;
      auto const lanes = lanes_at<Lanes, Packs>(call, run.place, run.c + k);
      std::array<typename Lanes::State, Packs> state;
      for_each_of<Packs>([&](auto p)
                             __attribute__((always_inline)) { state[p] = lanes[p].load_state(call.initial_state); });
      Index pixel = run.first_timestep * places + lanes[0].pixel;
      for (Index t = run.first_timestep; t < end; ++t, values += stride, pixel += places)
        for_each_of<Packs>([&](auto p) __attribute__((always_inline)) {
          auto const f = lanes[p].step(state[p], Lanes::V::load(values + Index(p) * width));
          store_spikes<width>(to, pixel, lanes[p].c, f.s, lanes[p].count);
          state[p] = f.next;
        });
      for_each_of<Packs>([&](auto p)
                             __attribute__((always_inline)) { lanes[p].store_state(call.final_state, state[p]); });
    };
    if (run.count < neuron_packs * width) for_each_packs<width, neuron_packs / 2>(run.count, packs);
    else for_each_packs<width, neuron_packs>(run.count, packs);
  }

  void finish() const {}
};

}  // namespace tet::cpu

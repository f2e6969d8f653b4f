// SPDX-License-Identifier: MIT
#pragma once

#include "signals.hpp"
#include "topic.hpp"

#include <tet/backend/cpu/neuron.hpp>
#include <tet/neuron/lif.hpp>

#include <string>
#include <vector>

namespace golden {

/// Sizes of an array [T, ..., N].
struct Extent {
  Index timesteps, pixels, channels;

  template <class Number>
  explicit Extent(Array<Number> const& x)
      : timesteps(x.extent(0)), pixels(x.size() / x.extent(0) / x.extent(-1)), channels(x.extent(-1)) {}
  Extent(Index timesteps_, Index pixels_, Index channels_)
      : timesteps(timesteps_), pixels(pixels_), channels(channels_) {}

  Index frame() const { return pixels * channels; }
};

/// What a layer of Lif gives: spikes, potentials before the reset, membrane after the last reset, and gradients.
template <class Scalar>
struct LifResult {
  std::vector<Scalar> s, u, end, dx, dstart;
};

/// step and backward in a plain loop. `start` and `dend`: membrane before, gradient of the membrane after; empty for
/// zeros.
template <class Neuron, class Scalar>
LifResult<Scalar> lif_plain(Extent const& e, std::vector<Scalar> const& x, std::vector<Scalar> const& ds,
                            std::vector<Scalar> const& start = {}, std::vector<Scalar> const& dend = {}) {
  using State = typename Neuron::template State<Scalar>;
  using Step = typename Neuron::template Step<Scalar>;
  std::vector<Scalar> const zeros(x.size());
  LifResult<Scalar> r{zeros, zeros, {}, zeros, {}};
  for (Index n = 0; n < e.frame(); ++n) {
    std::vector<State> before;
    std::vector<Step> steps;
    State state{start.empty() ? Scalar(0) : start[std::size_t(n)]};
    for (Index t = 0; t < e.timesteps; ++t) {
      auto const i = std::size_t(t * e.frame() + n);
      before.push_back(state);
      steps.push_back(Neuron::template step<Scalar>(state, {}, x[i]));
      r.s[i] = steps.back().s;
      r.u[i] = steps.back().u;
      state = steps.back().next;
    }
    r.end.push_back(state.v);
    State dstate{dend.empty() ? Scalar(0) : dend[std::size_t(n)]};
    for (Index t = e.timesteps; t-- > 0;) {
      auto const i = std::size_t(t * e.frame() + n);
      auto const g =
          Neuron::template backward<Scalar>(before[std::size_t(t)], {}, steps[std::size_t(t)], ds[i], dstate);
      r.dx[i] = g.x;
      dstate = g.state;
    }
    r.dstart.push_back(dstate.v);
  }
  return r;
}

/// The same through the CPU backend's kernels, which give no potentials.
template <class Neuron, class Exec = tet::Cpu, class Scalar>
LifResult<Scalar> lif_kernels(Extent const& e, std::vector<Scalar> const& x, std::vector<Scalar> const& ds,
                              std::vector<Scalar> const& start = {}, std::vector<Scalar> const& dend = {}) {
  Exec exec;
  Signal<tet::Analog, Scalar> input(exec, x, e.channels);
  Signal<tet::Spike, Scalar> s(e.timesteps * e.pixels, e.channels);
  LifResult<Scalar> r{
      {}, {}, std::vector<Scalar>(std::size_t(e.frame())), ds, std::vector<Scalar>(std::size_t(e.frame()))};
  tet::NeuronCall<tet::Analog, tet::NoNormalisation, Scalar> call{
      .x = input.view(), .timesteps = e.timesteps, .pixels = e.pixels};
  call.initial_state = start.empty() ? nullptr : start.data();
  call.final_state = r.end.data();
  tet::neuron_forward<Neuron>(exec, call, s.view());
  r.s = s.values();

  tet::NeuronGradients<Scalar> gradients;
  gradients.final_state = dend.empty() ? nullptr : dend.data();
  gradients.initial_state = r.dstart.data();
  Scratch scratch(tet::neuron_workspace<Neuron, tet::NoNormalisation, Scalar>(exec, e.timesteps, e.pixels, e.channels));
  tet::neuron_backward<Neuron>(exec, call, tet::GradientView<Scalar>{r.dx.data()}, r.dx.data(), gradients,
                               scratch.view());
  return r;
}

}  // namespace golden

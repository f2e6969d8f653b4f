// SPDX-License-Identifier: MIT
#pragma once

#include "signals.hpp"
#include "topic.hpp"

#include <tet/core/gradient.hpp>
#include <tet/core/neuron_call.hpp>
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

/// The same through a backend's kernels, which give no potentials.
template <class Neuron, class Backend, class Scalar>
LifResult<Scalar> lif_kernels(Lab<Backend>& lab, Extent const& e, std::vector<Scalar> const& x,
                              std::vector<Scalar> const& ds, std::vector<Scalar> const& start = {},
                              std::vector<Scalar> const& dend = {}) {
  auto const put_or_none = [&](std::vector<Scalar> const& values) {
    return values.empty() ? nullptr : lab.put(values);
  };
  auto const input = put_signal<tet::Analog>(lab, x, e.channels);
  auto const s = lab.template room<tet::Spike, Scalar>(e.timesteps * e.pixels, e.channels);
  Scalar *const end = lab.template room<Scalar>(e.frame()), *const dstart = lab.template room<Scalar>(e.frame());
  tet::NeuronCall<tet::Analog, tet::NoNormalisation, Scalar> call{
      .x = input, .timesteps = e.timesteps, .pixels = e.pixels};
  call.initial_state = put_or_none(start);
  call.final_state = end;
  neuron_forward<Neuron>(lab.exec, call, s);

  Scalar* const dx = lab.put(ds);  // the gradient of the input takes the place of the spikes' gradient
  tet::NeuronGradients<Scalar> gradients;
  gradients.final_state = put_or_none(dend);
  gradients.initial_state = dstart;
  auto const scratch = lab.workspace(
      neuron_workspace<Neuron, tet::NoNormalisation, Scalar>(lab.exec, e.timesteps, e.pixels, e.channels));
  neuron_backward<Neuron>(lab.exec, call, tet::GradientView<Scalar>{dx}, dx, gradients, scratch);
  return {values_of<Backend>(s),
          {},
          fetch<Backend>(end, e.frame()),
          fetch<Backend>(dx, Index(x.size())),
          fetch<Backend>(dstart, e.frame())};
}

}  // namespace golden

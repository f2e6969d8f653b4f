// SPDX-License-Identifier: MIT
#pragma once

#include <tet/neuron/lif.hpp>

#include <array>

namespace tet::test {

/// Leaky neuron with an adaptive threshold: a neuron with two state values and two learnable parameters, one of each
/// sharing.
///
///   u = tau * v + x;  theta = threshold + beta * a;  s = [u > theta]
///   v' = (1 - s) * u   or   u - s * theta;  a' = 0.75 * a + s
///
/// tau is learnable per layer, beta per channel. A detached reset is a constant in v' only.
template <LifConfig config = LifConfig{}, SurrogateGradient Surrogate_ = Triangle<>>
struct AdaptiveLif {
  using Surrogate = Surrogate_;
  static constexpr char const* name = "AdaptiveLif";
  static constexpr std::array<NeuronParameter, 2> learnable{
      {{"tau", config.tau, Sharing::per_layer}, {"beta", 0.25f, Sharing::per_channel}}};
  static constexpr float decay = 0.75f;

  template <class V>
  struct State {
    V v, a;
  };
  template <class V>
  struct Parameters {
    V tau, beta;
  };
  template <class V>
  struct Step {
    V u, theta, s;
    State<V> next;
  };
  template <class V>
  struct Gradient {
    V x;
    State<V> state;
    Parameters<V> parameters;
  };

  template <class V>
  TET_HD static constexpr V reset(V u, V theta, V s) {
    if constexpr (config.reset == Reset::hard) return (V(1) - s) * u;
    else return u - s * theta;
  }

  template <class V, class Fire = Heaviside>
  TET_HD static constexpr Step<V> step(State<V> previous, Parameters<V> p, V x) {
    V const u = p.tau * previous.v + x;
    V const theta = V(config.threshold) + p.beta * previous.a;
    V const s = Fire::template value<V>(u - theta);
    return {u, theta, s, {reset(u, theta, s), V(decay) * previous.a + s}};
  }

  template <class V>
  TET_HD static constexpr Gradient<V> backward(State<V> previous, Parameters<V> p, Step<V> f, V ds, State<V> dnext) {
    V const slope = Surrogate::template derivative<V>(f.u - f.theta);
    V by_u = V(1), by_theta = -f.s;  // dv'/du, dv'/dtheta
    V jump = f.theta;                // -dv'/ds
    if constexpr (config.reset == Reset::hard) by_u = V(1) - f.s, by_theta = V(0), jump = f.u;
    if constexpr (config.reset_gradient == ResetGradient::kept)
      by_u = by_u - jump * slope, by_theta = by_theta + jump * slope;
    V const through_spike = (ds + dnext.a) * slope;
    V const du = through_spike + dnext.v * by_u;
    V const dtheta = dnext.v * by_theta - through_spike;
    return {du, {p.tau * du, V(decay) * dnext.a + p.beta * dtheta}, {previous.v * du, previous.a * dtheta}};
  }
};

static_assert(NeuronModel<AdaptiveLif<>>);

}  // namespace tet::test

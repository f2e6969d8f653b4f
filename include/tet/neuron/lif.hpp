// SPDX-License-Identifier: MIT
#pragma once

#include <tet/neuron/concepts.hpp>
#include <tet/surrogate/triangle.hpp>

namespace tet {

struct LifConfig {
  float tau = 0.5f;  ///< share of the membrane potential kept from one timestep to the next
  float threshold = 1.0f;
  Reset reset = Reset::hard;
  ResetGradient reset_gradient = ResetGradient::kept;
};

/// Leaky integrate-and-fire neuron.
///
///   u[t] = tau * v[t-1] + x[t],  v[-1] = 0
///   s[t] = 1 if u[t] > threshold else 0
///   v[t] = (1 - s[t]) * u[t]   (hard reset)   or   u[t] - s[t] * threshold   (soft reset)
///
/// Source: Deng et al. 2022, sec. 3.1; LIFSpike of the authors' code.
/// Shape:  V is one neuron (a scalar) or a pack of neurons; serial in t only.
/// Units:  x, u, v in units of the threshold's; tau per timestep.
/// Grad:   ds/du is Surrogate::derivative(u - threshold), through the spike and, unless detached, through the reset.
template <LifConfig config = LifConfig{}, SurrogateGradient Surrogate_ = Triangle<>>
struct Lif {
  using Surrogate = Surrogate_;
  static constexpr char const* name = config.tau == 1.0f ? "If" : "Lif";
  static constexpr int flops = 5;

  template <class V>
  struct State {
    V v;
  };
  template <class V>
  struct Parameters {};
  template <class V>
  struct Step {
    V u, s;
    State<V> next;
  };
  template <class V>
  struct Gradient {
    V x;
    State<V> state;
    Parameters<V> parameters;
  };

  template <class V>
  TET_HD static constexpr V charge(State<V> previous, V x) {
    return V(config.tau) * previous.v + x;
  }

  template <class V>
  TET_HD static constexpr State<V> reset(V u, V s) {
    if constexpr (config.reset == Reset::hard) return {(V(1) - s) * u};
    else return {u - s * V(config.threshold)};
  }

  template <class V, class Fire = Heaviside>
  TET_HD static constexpr Step<V> step(State<V> previous, Parameters<V>, V x) {
    V const u = charge(previous, x);
    V const s = Fire::template value<V>(u - V(config.threshold));
    return {u, s, reset(u, s)};
  }

  template <class V>
  TET_HD static constexpr Gradient<V> backward(State<V>, Parameters<V>, Step<V> f, V ds, State<V> dnext) {
    V const slope = Surrogate::template derivative<V>(f.u - V(config.threshold));
    V through_reset = V(1);
    if constexpr (config.reset == Reset::hard) through_reset = V(1) - f.s;
    if constexpr (config.reset_gradient == ResetGradient::kept) {
      if constexpr (config.reset == Reset::hard) through_reset = through_reset - f.u * slope;
      else through_reset = through_reset - V(config.threshold) * slope;
    }
    V const du = ds * slope + dnext.v * through_reset;
    return {du, {V(config.tau) * du}, {}};
  }
};

static_assert(NeuronModel<Lif<>>);

}  // namespace tet

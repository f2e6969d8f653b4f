// SPDX-License-Identifier: MIT
#pragma once

#include "../digits/digits_dataset.hpp"
#include "../digits/event_camera.hpp"

#include <tet/tet.hpp>

#include <array>
#include <cstdio>

namespace custom_neuron {

using tet::abs;  // of numbers; that of packs of them is found by itself

/// Derivative of v / (1 + |v|) / 2, which rises from -1/2 to 1/2.
struct SoftSign {
  static constexpr char const* name = "soft sign";
  template <class V>
  TET_HD static constexpr V derivative(V v) {
    V const width = V(1) + abs(v);
    return V(0.5) / (width * width);
  }
  template <class V>
  TET_HD static constexpr V primitive(V v) {
    return V(0.5) + V(0.5) * v / (V(1) + abs(v));
  }
};

/// A leaky neuron whose input charges a synaptic current that decays:
///
///   i[t] = i[t-1] / 2 + x[t];  u[t] = 3/4 v[t-1] + i[t];  s[t] = [u[t] > 1];  v[t] = (1 - s[t]) u[t]
struct CurrentNeuron {
  using Surrogate = SoftSign;
  static constexpr char const* name = "Current";
  template <class V> struct State { V v, i; };
  template <class V> struct Parameters {};
  template <class V> struct Step { V u, s; State<V> next; };
  template <class V> struct Gradient { V x; State<V> state; Parameters<V> parameters; };

  template <class V, class Fire = tet::Heaviside>
  TET_HD static constexpr Step<V> step(State<V> previous, Parameters<V>, V x) {
    V const i = V(0.5) * previous.i + x, u = V(0.75) * previous.v + i;
    V const s = Fire::template value<V>(u - V(1));
    return {u, s, {(V(1) - s) * u, i}};
  }
  template <class V>
  TET_HD static constexpr Gradient<V> backward(State<V>, Parameters<V>, Step<V> f, V ds, State<V> dnext) {
    V const slope = SoftSign::derivative(f.u - V(1));
    V const du = ds * slope + dnext.v * (V(1) - f.s - f.u * slope), di = du + dnext.i;
    return {di, {V(0.75) * du, V(0.5) * di}, {}};
  }
};

static_assert(tet::NeuronModel<CurrentNeuron> && tet::SurrogateGradient<SoftSign>);

using Net = tet::Network<tet::Input<20, 20, 2, tet::Spike>, tet::Conv2d<16, 3>, tet::BatchNorm<>, CurrentNeuron,
                         tet::AvgPool2d<2>, tet::Conv2d<32, 3>, tet::BatchNorm<>, CurrentNeuron, tet::AvgPool2d<2>,
                         tet::Flatten, tet::Linear<10>>;

/// Trains on handwritten digits seen by a simulated event camera, and prints the accuracy.
template <class Backend>
void run() {
  tet::Seed const seed{1};
  auto const data = digits::record_digits(digits::read_digits(TET_EXAMPLES_DATA_DIR "/digits.txt"), {.seed = seed});
  tet::Timesteps const timesteps{digits::EventCamera::steps};
  tet::Model<Net, Backend> model{seed};
  tet::Adam optimizer{model, {.learning_rate = 2e-3}};
  tet::fit(model, optimizer, data.train, tet::FitOptions{.batch_size = 32, .seed = seed}, tet::CosineSchedule{},
           tet::TrainingStage{4, timesteps, tet::TetLoss{.lambda = 0.05}});
  std::printf("%s: test accuracy %.1f %%\n", Backend::name, 100 * tet::evaluate(model, data.test, timesteps).accuracy);
}

}  // namespace custom_neuron

// SPDX-License-Identifier: MIT
#pragma once

#include <tests/support/adaptive_lif.hpp>
#include <tests/support/reference.hpp>
#include <tet/neuron/neurons.hpp>
#include <tet/surrogate/surrogates.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <type_traits>
#include <vector>

// Backward of a neuron against central differences of its smooth twin, whose spikes are the surrogate's primitive.

namespace tet::test {

inline constexpr Index timesteps = 5;
inline constexpr Index most_values = 2;  // of a state or of parameters

// What the test needs of a neuron beyond NeuronModel: how far it is from firing, and its next state where the reset's
// spike is given.

template <LifConfig config, class S, class Step>
double distance_to_threshold(std::type_identity<Lif<config, S>>, Step const& f) {
  return f.u - double(config.threshold);
}
template <LifConfig config, class S, class State, class Step>
State frozen_reset(std::type_identity<Lif<config, S>>, State const&, Step const& f, double s) {
  return Lif<config, S>::reset(f.u, s);
}
template <LifConfig config, class S, class Step>
double distance_to_threshold(std::type_identity<AdaptiveLif<config, S>>, Step const& f) {
  return f.u - f.theta;
}
template <LifConfig config, class S, class State, class Step>
State frozen_reset(std::type_identity<AdaptiveLif<config, S>>, State const&, Step const& f, double s) {
  return {AdaptiveLif<config, S>::reset(f.u, f.theta, s), f.next.a};
}

/// Where the derivative of a surrogate is not smooth: at 0 and at +-half_width.
template <class S>
constexpr double half_width = 0;
template <float gamma>
constexpr double half_width<Triangle<gamma>> = gamma;
template <float width>
constexpr double half_width<Rectangle<width>> = 0.5 * width;

/// Input, state and parameters of one run, as plain numbers.
struct Point {
  std::array<double, timesteps> x{};
  std::vector<double> state, parameters;
};

/// A loss that sees every spike and the final state, so that every path of the gradient counts.
struct Weights {
  std::array<double, timesteps> spike{};
  std::vector<double> state;
};

template <class Parts, class Values>
Parts assemble(Values const& values) {
  if constexpr (std::is_empty_v<Parts>) return Parts{};
  else {
    std::array<double, sizeof(Parts) / sizeof(double)> parts{};
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = values[i];
    return std::bit_cast<Parts>(parts);
  }
}
template <class Parts>
std::vector<double> parts_of(Parts const& value) {
  if constexpr (std::is_empty_v<Parts>) return {};
  else {
    auto const parts = std::bit_cast<std::array<double, sizeof(Parts) / sizeof(double)>>(value);
    return {parts.begin(), parts.end()};
  }
}

template <class Neuron>
struct Run {
  using State = typename Neuron::template State<double>;
  using Parameters = typename Neuron::template Parameters<double>;
  using Step = typename Neuron::template Step<double>;
  using Smooth = SmoothFire<typename Neuron::Surrogate>;

  std::array<State, timesteps> before{};
  std::array<Step, timesteps> steps{};
  State after{};

  /// `frozen`: the reset's spikes of another run, for a detached reset; nullptr where the gradient flows through the
  /// reset.
  Run(Point const& at, Run const* frozen = nullptr) {
    auto const parameters = assemble<Parameters>(at.parameters);
    after = assemble<State>(at.state);
    for (std::size_t t = 0; t < timesteps; ++t) {
      before[t] = after;
      steps[t] = Neuron::template step<double, Smooth>(after, parameters, at.x[t]);
      after = frozen == nullptr
                  ? steps[t].next
                  : frozen_reset(std::type_identity<Neuron>{}, before[t], steps[t], double(frozen->steps[t].s));
    }
  }

  double loss(Weights const& w) const {
    double total = 0;
    for (std::size_t t = 0; t < timesteps; ++t) total += w.spike[t] * steps[t].s;
    auto const last = parts_of(after);
    for (std::size_t i = 0; i < last.size(); ++i) total += w.state[i] * last[i];
    return total;
  }

  bool off_kinks() const {
    for (Step const& f : steps) {
      double const d = std::abs(distance_to_threshold(std::type_identity<Neuron>{}, f));
      if (d < 1e-3 || std::abs(d - half_width<typename Neuron::Surrogate>) < 1e-3) return false;
    }
    return true;
  }
};

/// Errors of the gradients of input, initial state and parameters; `Backward` says whose backward is tried.
struct Errors {
  double x = 0, state = 0, parameters = 0;
  double largest() const { return std::max({x, state, parameters}); }
};

template <class Neuron, class Backward = Neuron>
Errors gradient_errors(Seed seed, ResetGradient reset_gradient) {
  using R = Run<Neuron>;
  constexpr std::size_t state_size = std::size_t(neuron_state_size<Neuron>);
  constexpr std::size_t parameter_count = neuron_parameters<Neuron>.size();
  Errors worst;
  int points = 0;
  for (std::uint64_t stream = 0; points < 6; ++stream) {
    auto const draw = random_values(seed, stream, 2 * timesteps + 2 * most_values, -0.7, 1.3);
    Point at;
    Weights w;
    std::copy_n(draw.begin(), timesteps, at.x.begin());
    std::copy_n(draw.begin() + timesteps, timesteps, w.spike.begin());
    at.state.assign(draw.begin() + 2 * timesteps, draw.begin() + 2 * timesteps + state_size);
    w.state.assign(draw.begin() + 2 * timesteps + most_values, draw.end());
    for (auto const& parameter : neuron_parameters<Neuron>)
      at.parameters.push_back(double(parameter.initial) * (1 + 0.1 * draw[0]));

    R const base(at);
    if (!base.off_kinks()) continue;
    ++points;
    R const* const frozen = reset_gradient == ResetGradient::detached ? &base : nullptr;

    Point d;
    d.state.assign(state_size, 0);
    d.parameters.assign(parameter_count, 0);
    auto dstate = assemble<typename R::State>(w.state);
    for (std::size_t t = timesteps; t-- > 0;) {
      auto const f = std::bit_cast<typename Backward::template Step<double>>(base.steps[t]);
      auto const before = std::bit_cast<typename Backward::template State<double>>(base.before[t]);
      auto const g = Backward::template backward<double>(
          before, assemble<typename Backward::template Parameters<double>>(at.parameters), f, w.spike[t],
          std::bit_cast<typename Backward::template State<double>>(dstate));
      d.x[t] = g.x;
      dstate = std::bit_cast<typename R::State>(g.state);
      auto const parts = parts_of(g.parameters);
      for (std::size_t i = 0; i < parts.size(); ++i) d.parameters[i] += parts[i];
    }
    d.state = parts_of(dstate);

    std::function<double()> const loss = [&] {
      return R(at, frozen).loss(w);
    };  // one type: the differences compile once
    worst.x = std::max(worst.x, gradient_error(d.x, central_differences(loss, at.x)));
    worst.state = std::max(worst.state, gradient_error(d.state, central_differences(loss, at.state)));
    worst.parameters =
        std::max(worst.parameters, gradient_error(d.parameters, central_differences(loss, at.parameters)));
  }
  return worst;
}

/// Calls check(neuron, reset, gradient) for IF, LIF and the adaptive neuron with each of the surrogates, each reset and
/// reset gradient.
template <class... Surrogates, class Check>
void for_each_neuron(Check const& check) {
  auto const with_config = [&]<Reset reset, ResetGradient gradient, class S>(std::type_identity<S>) {
    constexpr LifConfig leaky{.tau = 0.75f, .threshold = 0.5f, .reset = reset, .reset_gradient = gradient};
    constexpr IfConfig perfect{.threshold = 0.5f, .reset = reset, .reset_gradient = gradient};
    check(std::type_identity<If<perfect, S>>{}, reset, gradient);
    check(std::type_identity<Lif<leaky, S>>{}, reset, gradient);
    check(std::type_identity<AdaptiveLif<leaky, S>>{}, reset, gradient);
  };
  auto const with_surrogate = [&](auto s) {
    with_config.template operator()<Reset::hard, ResetGradient::kept>(s);
    with_config.template operator()<Reset::hard, ResetGradient::detached>(s);
    with_config.template operator()<Reset::soft, ResetGradient::kept>(s);
    with_config.template operator()<Reset::soft, ResetGradient::detached>(s);
  };
  (with_surrogate(std::type_identity<Surrogates>{}), ...);
}

}  // namespace tet::test

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>
#include <tet/core/math.hpp>
#include <tet/core/parameter_range.hpp>
#include <tet/core/parameter_update.hpp>
#include <tet/core/staged.hpp>
#include <tet/core/storage.hpp>
#include <tet/core/values.hpp>

#include <cmath>
#include <cstdint>

namespace tet {

/// What weight decay acts on.
enum class Decay {
  gradient,   ///< Adam: g += weight_decay * p
  parameter,  ///< AdamW: p *= 1 - lr * weight_decay, before the step
};

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
  Decay decay = Decay::gradient;
};

/// Adam, and AdamW by Decay::parameter.
///
///   m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
///   p -= lr / (1 - beta1^k) * m / (sqrt(v) / sqrt(1 - beta2^k) + epsilon)
///
/// Source: Kingma & Ba 2015; Loshchilov & Hutter 2019; torch.optim.Adam and AdamW.
template <class Backend, class Scalar>
class Adam {
 public:
  static constexpr char const* name = "Adam";
  using Options = AdamOptions;

  template <class Model>
  explicit Adam(Model& model, AdamOptions options = {})
      : options_(options), first_(model.parameters().count), second_(model.parameters().count) {}

  double learning_rate() const { return options_.learning_rate; }
  void set_learning_rate(double value) { options_.learning_rate = value; }
  AdamOptions const& options() const { return options_; }

  /// Counts one more step, and brings its coefficients to the backend; update_parameters then does it.
  auto next_update(Backend& exec, ParameterRange<Scalar> const& range) {
    ++steps_;
    double const k = double(steps_), lr = options_.learning_rate;
    bool const decoupled = options_.decay == Decay::parameter;
    Rule const rule{.keep = Scalar(decoupled ? 1 - lr * options_.weight_decay : 1),
                    .weight_decay = Scalar(decoupled ? 0 : options_.weight_decay),
                    .beta1 = Scalar(options_.beta1),
                    .rest1 = Scalar(1 - options_.beta1),
                    .beta2 = Scalar(options_.beta2),
                    .rest2 = Scalar(1 - options_.beta2),
                    .rate = Scalar(lr / (1 - std::pow(options_.beta1, k))),
                    .deviation = Scalar(1 / std::sqrt(1 - std::pow(options_.beta2, k))),
                    .epsilon = Scalar(options_.epsilon)};
    return ParameterUpdate<Rule, Scalar, 2>{rule_.bring(exec, rule), range, {{first_.data(), second_.data()}}};
  }

  void step(Backend& exec, ParameterRange<Scalar> const& range) { update_parameters(exec, next_update(exec, range)); }

  /// Calls visit(name, storage) for each array of the optimiser's state.
  template <class Visit>
  void visit_state(Visit&& visit) {
    visit("first_moment", first_);
    visit("second_moment", second_);
  }
  std::uint64_t steps() const { return steps_; }
  void set_steps(std::uint64_t steps) { steps_ = steps; }

  /// One parameter's update; public, because a kernel of a backend takes it as a template argument.
  struct Rule {
    Scalar keep, weight_decay, beta1, rest1, beta2, rest2, rate, deviation, epsilon;

    template <class V>
    TET_HD V operator()(V p, V g, Values<V, 2>& moments) const {
      p = p * V(keep);
      g = g + V(weight_decay) * p;
      moments[0] = V(beta1) * moments[0] + V(rest1) * g;
      moments[1] = V(beta2) * moments[1] + V(rest2) * (g * g);
      return p - V(rate) * moments[0] / (sqrt(moments[1]) * V(deviation) + V(epsilon));
    }
  };

 private:
  AdamOptions options_;
  Storage<Backend, Scalar> first_;
  Storage<Backend, Scalar> second_;
  Staged<Backend, Rule> rule_;
  std::uint64_t steps_ = 0;
};

template <class Model>
Adam(Model&, AdamOptions = {}) -> Adam<typename Model::Backend, typename Model::Scalar>;

}  // namespace tet

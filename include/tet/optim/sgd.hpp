// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>
#include <tet/core/parameter_range.hpp>
#include <tet/core/parameter_update.hpp>
#include <tet/core/staged.hpp>
#include <tet/core/storage.hpp>
#include <tet/core/values.hpp>

#include <cstdint>

namespace tet {

enum class Momentum { classical, nesterov };

struct SgdOptions {
  double learning_rate = 0.1;
  double momentum = 0.9;
  double weight_decay = 0;
  Momentum kind = Momentum::classical;
};

/// Stochastic gradient descent with momentum.
///
///   g += weight_decay * p;  buffer = momentum * buffer + g;  p -= lr * buffer   (Nesterov: lr * (g + momentum *
/// buffer))
///
/// Source: torch.optim.SGD (dampening 0); the buffer starts as the first g.
template <class Backend, class Scalar>
class Sgd {
 public:
  static constexpr char const* name = "SGD";
  using Options = SgdOptions;

  template <class Model>
  explicit Sgd(Model& model, SgdOptions options = {}) : options_(options), buffer_(model.parameters().count) {}

  double learning_rate() const { return options_.learning_rate; }
  void set_learning_rate(double value) { options_.learning_rate = value; }
  SgdOptions const& options() const { return options_; }

  /// Counts one more step, and brings its coefficients to the backend; update_parameters then does it.
  auto next_update(Backend& exec, ParameterRange<Scalar> const& range) {
    ++steps_;
    Rule const rule{Scalar(options_.learning_rate), Scalar(options_.momentum), Scalar(options_.weight_decay),
                    options_.kind};
    return ParameterUpdate<Rule, Scalar, 1>{rule_.bring(exec, rule), range, {{buffer_.data()}}};
  }

  void step(Backend& exec, ParameterRange<Scalar> const& range) { update_parameters(exec, next_update(exec, range)); }

  /// Calls visit(name, storage) for each array of the optimiser's state.
  template <class Visit>
  void visit_state(Visit&& visit) {
    visit("momentum", buffer_);
  }
  std::uint64_t steps() const { return steps_; }
  void set_steps(std::uint64_t steps) { steps_ = steps; }

  /// One parameter's update; public, because a kernel of a backend takes it as a template argument.
  struct Rule {
    Scalar learning_rate, momentum, weight_decay;
    Momentum kind;

    template <class V>
    TET_HD V operator()(V p, V g, Values<V, 1>& buffer) const {
      g = g + V(weight_decay) * p;
      buffer[0] = V(momentum) * buffer[0] + g;
      V const direction = kind == Momentum::nesterov ? g + V(momentum) * buffer[0] : buffer[0];
      return p - V(learning_rate) * direction;
    }
  };

 private:
  SgdOptions options_;
  Storage<Backend, Scalar> buffer_;
  Staged<Backend, Rule> rule_;
  std::uint64_t steps_ = 0;
};

template <class Model>
Sgd(Model&, SgdOptions = {}) -> Sgd<typename Model::Backend, typename Model::Scalar>;

}  // namespace tet

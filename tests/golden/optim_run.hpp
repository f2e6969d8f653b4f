// SPDX-License-Identifier: MIT
#pragma once

#include "topic.hpp"

#include <tet/core/parameter_range.hpp>
#include <tet/core/storage.hpp>
#include <tet/optim/adam.hpp>
#include <tet/optim/schedule.hpp>
#include <tet/optim/sgd.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace golden {

/// As much of a model as an optimiser asks for.
template <class Backend_, class Scalar_>
class ParametersOnly {
 public:
  using Backend = Backend_;
  using Scalar = Scalar_;

  explicit ParametersOnly(std::vector<Scalar> values)
      : values_(tet::round_up(Index(values.size()), 16)), gradients_(values_.size()) {
    values.resize(std::size_t(values_.size()));
    values_.upload(values);
  }

  tet::ParameterRange<Scalar> parameters() { return {values_.data(), gradients_.data(), values_.size()}; }
  std::vector<Scalar> values() const { return values_.download(); }
  void set_gradients(std::vector<Scalar> gradients) {
    gradients.resize(std::size_t(gradients_.size()));
    gradients_.upload(gradients);
  }

 private:
  tet::Storage<Backend, Scalar> values_, gradients_;
};

/// Trajectories of Adam, AdamW and SGD, and the cosine schedule.
template <class Backend, class Scalar>
class OptimRun {
 public:
  void check() {
    using Adam = tet::Adam<Backend, Scalar>;
    using tet::AdamOptions;
    trajectory<Adam>("adam", AdamOptions{.learning_rate = 0.001});
    trajectory<Adam>("adam_wd", AdamOptions{.learning_rate = 0.01, .weight_decay = 0.01});
    trajectory<Adam>("adam_b", AdamOptions{.learning_rate = 0.01, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-6});
    trajectory<Adam>("adamw", AdamOptions{.learning_rate = 0.01, .weight_decay = 0.1, .decay = tet::Decay::parameter});
    using Sgd = tet::Sgd<Backend, Scalar>;
    using tet::SgdOptions;
    trajectory<Sgd>("sgd", SgdOptions{.learning_rate = 0.1, .momentum = 0});
    trajectory<Sgd>("sgdm", SgdOptions{.learning_rate = 0.1, .momentum = 0.9});
    trajectory<Sgd>("sgdm_wd", SgdOptions{.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.0005});
    trajectory<Sgd>(
        "sgdm_nesterov",
        SgdOptions{.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.0005, .kind = tet::Momentum::nesterov});
    cosine("cosine0", 0.001, 0);
    cosine("cosine1", 0.1, 0.0001);
    file_.report();
    CHECK(unchecked(file_).empty());
  }

 private:
  template <class Optimizer, class Options>
  void trajectory(std::string const& name, Options const& options) {
    auto const gradients = file_["g"];
    Index const steps = gradients.extent(0), count = gradients.extent(1);
    ParametersOnly<Backend, Scalar> model(file_["p0"].values);
    Optimizer optimizer(model, options);
    std::vector<Scalar> values;
    for (Index k = 0; k < steps; ++k) {
      auto const from = gradients.values.begin() + k * count;
      model.set_gradients({from, from + count});
      optimizer.step(exec_, model.parameters());
      auto const now = model.values();
      values.insert(values.end(), now.begin(), now.begin() + count);
    }
    file_.close(name, values);
  }

  void cosine(std::string const& name, double base, double minimum) {
    Index const last = file_[name].size() - 1;
    tet::CosineSchedule const schedule{.minimum = minimum};
    std::vector<double> rates;
    for (Index epoch = 0; epoch <= last; ++epoch) rates.push_back(schedule(base, epoch, last));
    file_.close(name, rates);
  }

  Topic<Scalar> file_{"optim"};
  Backend exec_;
};

}  // namespace golden

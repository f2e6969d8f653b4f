// SPDX-License-Identifier: MIT
#include "topic.hpp"

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/update.hpp>
#include <tet/core/parameter_range.hpp>
#include <tet/core/storage.hpp>
#include <tet/optim/adam.hpp>
#include <tet/optim/schedule.hpp>
#include <tet/optim/sgd.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using tet::Index;

/// As much of a model as an optimiser asks for.
template <class Scalar_>
class Archetype {
 public:
  using Backend = tet::Cpu;
  using Scalar = Scalar_;

  explicit Archetype(std::vector<Scalar> const& values) : values_(padded(values)), gradients_(values_.size()) {
    std::copy(values.begin(), values.end(), values_.data());
  }

  tet::ParameterRange<Scalar> parameters() { return {values_.data(), gradients_.data(), values_.size()}; }
  Scalar const* values() const { return values_.data(); }
  Scalar* gradients() { return gradients_.data(); }

 private:
  static Index padded(std::vector<Scalar> const& values) { return tet::round_up(Index(values.size()), 16); }

  tet::Storage<Backend, Scalar> values_, gradients_;
};

template <class Optimizer, class Scalar, class Options>
void check(golden::Topic<Scalar>& file, std::string const& name, Options const& options) {
  auto const gradients = file["g"];
  Index const steps = gradients.extent(0), count = gradients.extent(1);
  Archetype<Scalar> model(file["p0"].values);
  Optimizer optimizer(model, options);
  tet::Cpu exec;
  std::vector<Scalar> trajectory;
  for (Index k = 0; k < steps; ++k) {
    std::copy_n(gradients.values.begin() + k * count, count, model.gradients());
    optimizer.step(exec, model.parameters());
    trajectory.insert(trajectory.end(), model.values(), model.values() + count);
  }
  file.close(name, trajectory);
}

template <class Scalar>
void check_cosine(golden::Topic<Scalar>& file, std::string const& name, double base, double minimum) {
  Index const last = file[name].size() - 1;
  tet::CosineSchedule const schedule{.minimum = minimum};
  std::vector<double> rates;
  for (Index epoch = 0; epoch <= last; ++epoch) rates.push_back(schedule(base, epoch, last));
  file.close(name, rates);
}

}  // namespace

TEST_CASE_TEMPLATE("golden optim: trajectories of Adam, AdamW and SGD, cosine schedule [golden]", Scalar, float,
                   double) {
  golden::Topic<Scalar> file("optim");
  using Adam = tet::Adam<tet::Cpu, Scalar>;
  check<Adam>(file, "adam", tet::AdamOptions{.learning_rate = 0.001});
  check<Adam>(file, "adam_wd", tet::AdamOptions{.learning_rate = 0.01, .weight_decay = 0.01});
  check<Adam>(file, "adam_b", tet::AdamOptions{.learning_rate = 0.01, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-6});
  check<Adam>(file, "adamw",
              tet::AdamOptions{.learning_rate = 0.01, .weight_decay = 0.1, .decay = tet::Decay::parameter});
  using Sgd = tet::Sgd<tet::Cpu, Scalar>;
  check<Sgd>(file, "sgd", tet::SgdOptions{.learning_rate = 0.1, .momentum = 0});
  check<Sgd>(file, "sgdm", tet::SgdOptions{.learning_rate = 0.1, .momentum = 0.9});
  check<Sgd>(file, "sgdm_wd", tet::SgdOptions{.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.0005});
  check<Sgd>(
      file, "sgdm_nesterov",
      tet::SgdOptions{.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.0005, .kind = tet::Momentum::nesterov});
  check_cosine(file, "cosine0", 0.001, 0);
  check_cosine(file, "cosine1", 0.1, 0.0001);
  file.report();
  CHECK(golden::unchecked(file).empty());
}

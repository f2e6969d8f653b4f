// SPDX-License-Identifier: MIT
// expect-error: is_trivially_copyable_v<
// expect-error: TimestepLoss
#include <tet/backend/cpu/primitives.hpp>
#include <tet/layer/layers.hpp>
#include <tet/loss/losses.hpp>
#include <tet/neuron/neurons.hpp>
#include <tet/optim/sgd.hpp>
#include <tet/train/train_step.hpp>

#if defined(TET_SHOULD_FAIL)
#include <vector>
using Weights = std::vector<double>;
#else
using Weights = double[10];
#endif

struct Loss {
  static constexpr char const* name = "weighted";
  Weights weights;

  template <class Scalar>
  Scalar operator()(tet::LossTerm<Scalar> const& term) const {
    return Scalar(weights[0]) * term.output[0];
  }
};

using Net = tet::Network<tet::Input<2, 2, 1>, tet::Flatten, tet::Linear<2>>;

double train(tet::Model<Net, tet::Cpu>& model, Loss const& loss, tet::Batch const& batch) {
  tet::Sgd optimizer{model};
  return tet::train_step(model, loss, optimizer, batch).loss;
}

// SPDX-License-Identifier: MIT
// expect-error: TimestepLoss
// expect-error: Loss::name|'name' is not a member of
#include <tet/backend/cpu/primitives.hpp>
#include <tet/layer/layers.hpp>
#include <tet/loss/losses.hpp>
#include <tet/neuron/neurons.hpp>
#include <tet/optim/sgd.hpp>
#include <tet/train/train_step.hpp>

struct Loss {
#if !defined(TET_SHOULD_FAIL)
  static constexpr char const* name = "mine";
#endif
  template <class Scalar>
  Scalar operator()(tet::LossTerm<Scalar> const& term) const {
    return term.output[0];
  }
};

using Net = tet::Network<tet::Input<2, 2, 1>, tet::Flatten, tet::Linear<2>>;

double train(tet::Model<Net, tet::Cpu>& model, tet::Batch const& batch) {
  tet::Sgd optimizer{model};
  return tet::train_step(model, Loss{}, optimizer, batch).loss;
}

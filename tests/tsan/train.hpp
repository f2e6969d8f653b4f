// SPDX-License-Identifier: MIT
#pragma once

#include <tests/support/adaptive_lif.hpp>
#include <tests/support/reference.hpp>
#include <tests/support/thread_loops.hpp>
#include <tet/backend/cpu/primitives.hpp>
#include <tet/layer/layers.hpp>
#include <tet/loss/losses.hpp>
#include <tet/model/model.hpp>
#include <tet/neuron/neurons.hpp>
#include <tet/optim/adam.hpp>
#include <tet/optim/sgd.hpp>
#include <tet/train/train_step.hpp>

#include <doctest/doctest.h>

#include <vector>

// Every primitive's loops on plain threads: the tests of this folder pass when ThreadSanitizer reports nothing.

namespace tet::test {

using ThreadCpu = BasicCpu<ThreadLoops>;
using Block = Sequential<Conv2d<12>, BatchNorm<>, Lif<>>;
using Net = Network<Input<8, 8, 2>, Block, SpikeJoin<Join::inverted_and, Block>,
                    MaxPool2d<MaxPoolOptions{.kernel = 3, .stride = 1, .padding = 1}>,
                    Residual<Sequential<Conv2d<12>, BatchNorm<>>>, AdaptiveLif<>, AvgPool2d<2>, Block, Flatten,
                    Linear<20>, Lif<>, Linear<10>>;

/// Asks every counting primitive about every signal.
struct CountSignals {
  ThreadCpu& exec;
  double total = 0;

  template <class Out>
  void spikes(std::string const&, Out const& out) {
    total += count_active(exec, out);
  }
  template <class X>
  void synapses(std::string const&, ConvGeometry const& geometry, X const& x) {
    total += count_synaptic_operations(exec, geometry, x);
  }
};

template <class Scalar>
std::vector<Scalar> train(int threads) {
  Model<Net, ThreadCpu, Scalar> model{Seed{201}, ThreadCpu(threads)};
  Adam adam{model};
  Sgd sgd{model};
  for (std::uint64_t step = 0; step < 4; ++step) {
    Batch batch;
    batch.timesteps = 2;
    batch.batch_size = 5;
    batch.presentation = step % 2 == 0 ? Presentation::temporal : Presentation::repeated;
    batch.shape = Net::input_shape;
    auto const frames = std::size_t(step % 2 == 0 ? 10 : 5);
    batch.values = random_values<float>({202}, step, frames * std::size_t(Net::input_shape.size()), -1, 2);
    for (int b = 0; b < 5; ++b) batch.labels.push_back(b);
    if (step < 2) train_step(model, TetLoss{}, adam, batch);
    else train_step(model, SdtLoss{}, sgd, batch);
    model.forward(detail::input_of(batch), Mode::training);
    CountSignals count{model.exec()};
    model.visit_signals(count);
    compute_gradients(model, TetLoss{}, batch, InputGradient::computed);
    CHECK(count.total > 0);
  }
  return model.parameter_storage().download();
}

}  // namespace tet::test

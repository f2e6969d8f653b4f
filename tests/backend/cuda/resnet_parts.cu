// SPDX-License-Identifier: MIT
#include <tests/backend/cuda/lab.cuh>
#include <tests/backend/neuron_layer.hpp>
#include <tests/support/random_batch.hpp>

// What SEW-ResNets add: max pooling, and joins of spikes.

namespace resnet_tests {

using namespace tet;

template <class Kind>
struct MaxPool {
  MaxPoolGeometry g;

  template <class Backend>
  test::Results operator()(test::Lab<Backend>& lab) const {
    test::Signals<Kind, double> const values(Seed{84}, 0, g.images * g.height * g.width, g.channels);
    auto const x = lab.put(values.view);
    Index const out_pixels = g.images * g.out_height() * g.out_width(), inputs = x.pixels * x.channels;
    test::Results results;
    auto const y = lab.template room<Kind, double>(out_pixels, g.channels);
    pool_forward(lab.exec, g, x, y);
    results.add("y", lab, y);
    double const* const dy = lab.put(test::random_values(Seed{84}, 1, std::size_t(out_pixels * g.channels), -1, 1));
    double* const dx = lab.template room<double>(inputs);
    pool_backward(lab.exec, g, x, dy, dx);
    results.add("dx", lab, dx, inputs);
    return results;
  }
};

template <class Backend>
void max_pooling() {
  MaxPoolGeometry const stem{3, 9, 12, 65, 3, 2, 1}, gaps{2, 5, 7, 3, 2, 3, 0}, wide{1, 3, 2, 40, 5, 4, 2};
  for (MaxPoolGeometry const& g : {stem, gaps, wide}) {
    test::compare<Backend, double>(MaxPool<Spike>{g}, {}, 0);  // the same bits
    test::compare<Backend, double>(MaxPool<Graded<4, 4>>{g}, {}, 0);
    test::compare<Backend, double>(MaxPool<Analog>{g}, {}, 0);
  }
}

template <Join join, class A, class S>
struct Joins {
  Index channels;

  template <class Backend>
  test::Results operator()(test::Lab<Backend>& lab) const {
    Index const timesteps = 3, pixels = 5;
    test::Signals<A, double> const a(Seed{85}, 0, timesteps * pixels, channels);
    test::Signals<S, double> const s(Seed{85}, 1, pixels, channels);  // one frame for all timesteps
    test::Results results;
    auto const da = lab.put(a.view);
    auto const ds = lab.put(s.view);
    auto const y = lab.template room<JoinedKind<join, A, S>, double>(timesteps * pixels, channels);
    join_forward<join>(lab.exec, da, ds, y);
    results.add("y", lab, y);
    Index const values = timesteps * pixels * channels;
    double const* const dy = lab.put(test::random_values(Seed{85}, 2, std::size_t(values), -1, 1));
    double* const dx = lab.template room<double>(values);
    join_gradient(lab.exec, factor_of_main(join), timesteps * pixels, ds, dy, dx);
    results.add("dA", lab, dx, values);
    join_gradient(lab.exec, factor_of_shortcut(join), timesteps * pixels, da, dy, dx);
    results.add("dS", lab, dx, values);
    return results;
  }
};

template <class Backend>
void joins() {
  for (Index const channels : {3, 64, 130}) {
    test::compare<Backend, double>(Joins<Join::add, Spike, Spike>{channels}, {}, 0);  // the same bits
    test::compare<Backend, double>(Joins<Join::add, Graded<6, 4>, Graded<9, 6>>{channels}, {}, 0);
    test::compare<Backend, double>(Joins<Join::add, Graded<200, 1>, Graded<56, 1>>{channels}, {}, 0);
    test::compare<Backend, double>(Joins<Join::logical_and, Spike, Spike>{channels}, {}, 0);
    test::compare<Backend, double>(Joins<Join::inverted_and, Spike, Spike>{channels}, {}, 0);
    test::compare<Backend, double>(Joins<Join::inverted_and, Analog, Analog>{channels}, {}, 0);
  }
}

/// A stem and blocks of a SEW-ResNet in double, where one flipped spike does not hide behind rounding.
using Sew = Network<Input<12, 12, 2>, zoo::detail::ImageNetStem<12, Lif<>>,
                    SpikeJoin<Join::inverted_and, zoo::detail::ConvNeuron<12, 3, 1, Lif<>>>,
                    zoo::detail::SewBasicStage<Join::add, 20, 2, 2, Lif<>>, GlobalAvgPool, Linear<10>>;

/// Losses of 10 steps, and parameters after them.
struct SewTraining {
  Presentation presentation;

  template <class Backend>
  test::Results operator()(test::Lab<Backend>&) const {
    Model<Sew, Backend, double> model{Seed{5}};
    Sgd optimizer{model, {.learning_rate = 1e-2}};
    Batch const batch = test::random_batch<Sew>(4, 5, presentation);
    std::vector<double> losses;
    for (int step = 0; step < 10; ++step) losses.push_back(train_step(model, TetLoss{}, optimizer, batch).loss);
    test::Results results;
    results.add("losses", losses);
    test::add_tensors(results, model);
    return results;
  }
};

template <class Backend>
void sew_resnet() {
  for (Presentation const presentation : {Presentation::temporal, Presentation::repeated})
    test::compare<Backend, double>(SewTraining{presentation}, {}, 1e-10);
}

}  // namespace resnet_tests

TET_TEST_CUDA("max pooling gives what the CPU gives", resnet_tests::max_pooling)
TET_TEST_CUDA("joins of spikes give what the CPU gives", resnet_tests::joins)
TET_TEST_CUDA("a SEW-ResNet follows the CPU for 10 steps", resnet_tests::sew_resnet)

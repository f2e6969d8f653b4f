// SPDX-License-Identifier: MIT
#include <tests/backend/cuda/lab.cuh>
#include <tests/support/random_batch.hpp>
#include <tet/data/frames.hpp>
#include <tet/data/images.hpp>

// Whole networks in double: one flipped spike would change everything after it. In float the losses alone are compared.

namespace network_tests {

using namespace tet;

using Neuron = Lif<>;
// Without bias: before a BatchNorm its gradient is rounding noise, of which Adam makes full steps.
template <Index Out, Index Kernel = 3, Index Stride = 1>
using Conv = Conv2d<Out, ConvOptions{.kernel = Kernel, .stride = Stride, .bias = Bias::none}>;
template <Index Out>
using Block = Sequential<Conv<Out>, BatchNorm<>, Neuron>;

using Vgg = Network<Input<8, 8, 3>, Block<16>, Block<16>, AvgPool2d<2>, Block<40>, AvgPool2d<2>, Flatten, Linear<10>>;
using Res = Network<Input<6, 6, 2>, Block<12>,
                    Residual<Sequential<Conv<20, 3, 2>, BatchNorm<>, Neuron, Conv<20>, BatchNorm<>>,
                             Sequential<Conv<20, 1, 2>, BatchNorm<>>>,
                    Neuron, GlobalAvgPool, Flatten, Linear<12>, Neuron, Linear<10>>;

/// Losses of 20 steps, parameters and statistics after them.
template <class Net, template <class, class> class Optimizer, class Loss>
struct Training {
  Loss loss;
  Presentation presentation;

  template <class Backend>
  test::Results operator()(test::Lab<Backend>& lab) const {
    Model<Net, Backend, double> model{Seed{5}, std::move(lab.exec)};
    Optimizer<Backend, double> optimizer{model, {.learning_rate = 1e-2}};
    Batch const batch = test::random_batch<Net>(4, 5, presentation);
    std::vector<double> losses;
    for (int step = 0; step < 20; ++step) losses.push_back(train_step(model, loss, optimizer, batch).loss);
    test::Results results;
    results.add("losses", losses);
    test::add_tensors(results, model);
    return results;
  }
};

template <class Net, class Backend, template <class, class> class Optimizer, class Loss>
void follows_cpu(Loss const& loss, Presentation presentation) {
  Training<Net, Optimizer, Loss> const run{loss, presentation};
  test::Lab<Backend> kernels, graphs{Backend{{.launch = CudaLaunch::graphs}}};
  auto const got = run(kernels), again = run(graphs);
  got.check_equal(test::on_cpu(run), 1e-10);
  again.check_equal(got, 0);  // the same bits
}

template <class Backend>
void vgg() {
  follows_cpu<Vgg, Backend, Adam>(TetLoss{.lambda = 0.05}, Presentation::repeated);
  follows_cpu<Vgg, Backend, Sgd>(SdtLoss{}, Presentation::temporal);
}

template <class Backend>
void residual() {
  follows_cpu<Res, Backend, Adam>(SdtLoss{}, Presentation::temporal);
  follows_cpu<Res, Backend, Sgd>(TetLoss{}, Presentation::repeated);
}

/// Losses of 20 steps in float.
struct FloatTraining {
  template <class Backend>
  test::Results operator()(test::Lab<Backend>& lab) const {
    Model<Vgg, Backend, float> model{Seed{5}, std::move(lab.exec)};
    Adam optimizer{model, {.learning_rate = 1e-3}};
    Batch const batch = test::random_batch<Vgg>(4, 8, Presentation::repeated);
    std::vector<double> losses;
    for (int step = 0; step < 20; ++step) losses.push_back(train_step(model, TetLoss{}, optimizer, batch).loss);
    test::Results results;
    results.add("losses", losses);
    return results;
  }
};

template <class Backend>
void float_losses() {
  test::Lab<Backend> kernels, graphs{Backend{{.launch = CudaLaunch::graphs}}};
  test::Results const got = FloatTraining{}(kernels), again = FloatTraining{}(graphs),
                      want = test::on_cpu(FloatTraining{});
  again.check_equal(got, 0);  // the same bits
  auto const &here = got["losses"], &there = want["losses"];
  CHECK(here.back() < here.front());
  CHECK(there.back() < there.front());
  for (std::size_t i = 0; i < there.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(here[i] - there[i]) <= 0.05 * there[i]);
  }
}

/// Accuracies and loss for each number of timesteps.
struct Evaluation {
  template <class Backend>
  test::Results operator()(test::Lab<Backend>&) const {
    Index const samples = 37, T = 4;
    auto values = test::random_values<float>(Seed{6}, 0, std::size_t(samples * T * 6 * 6 * 2), -1, 2);
    std::vector<int> labels;
    for (Index i = 0; i < samples; ++i) labels.push_back(int(i % 10));
    data::Frames const set({6, 6, 2}, Timesteps{T}, 10, values, labels);
    Model<Res, Backend, double> model{Seed{5}};
    test::Results results;
    for (Index t = 1; t <= T; ++t) {
      auto const found = evaluate(model, set, Timesteps{t}, {.batch_size = 10});
      results.add("accuracies", found.accuracy_at);
      results.add("loss", {found.loss});
    }
    return results;
  }
};

template <class Backend>
void evaluates() {
  test::compare<Backend, double>(Evaluation{});
}

/// Parameters after two epochs of `fit`, which takes images as bytes, less those by steps on batches of values.
struct ImageTraining {
  template <class Backend>
  test::Results operator()(test::Lab<Backend>&) const {
    std::vector<std::uint8_t> pixels;
    for (int k = 0; k < 22 * 192; ++k) pixels.push_back(std::uint8_t(k * k * 31 + k));
    auto const train = data::Images({8, 8, 3}, 10, pixels, std::vector<int>(22, 4), data::cifar10_normalization())
                           .augmented({.crop_padding = 2, .flip = data::Flip::horizontal, .cutout = 3});
    Model<Vgg, Backend, float> model{Seed{5}}, by_hand{Seed{5}};
    Sgd optimizer{model}, hand_optimizer{by_hand};
    TetLoss const loss{};
    fit(model, optimizer, train, train, {.batch_size = 4, .seed = Seed{2}, .progress = ProgressOutput::none},
        ConstantSchedule{}, TrainingStage{2, Timesteps{3}, loss});
    for (std::uint64_t epoch = 0; epoch < 2; ++epoch)
      for (Batch const& batch : data::batches(
               train, {.batch_size = 4, .timesteps = {3}, .order = data::Order::shuffled, .seed = {2}, .epoch = epoch}))
        train_step(by_hand, loss, hand_optimizer, batch);
    test::Results results, want;
    test::add_tensors(results, model);
    test::add_tensors(want, by_hand);
    results.check_equal(want, 0);
    return results;
  }
};

template <class Backend>
void trains_on_images() {
  test::Lab<Backend> lab;
  ImageTraining{}(lab);
}

template <class Backend>
void refuses_infinity() {
  Model<Vgg, Backend, double> model{Seed{5}};
  Adam optimizer{model};
  Batch const batch = test::random_batch<Vgg>(2, 3, Presentation::repeated);
  train_step(model, TetLoss{}, optimizer, batch);
  auto broken = model.parameter_storage().download();
  for (double& value : broken) value = 1e200;
  model.parameter_storage().upload(broken);
  CHECK_THROWS_AS(train_step(model, TetLoss{}, optimizer, batch), NumericError);
  CHECK(model.parameter_storage().download() == broken);  // and not the NaN that an update would have made
  CHECK(optimizer.steps() == 1);
}

}  // namespace network_tests

TET_TEST_CUDA("a VGG follows the CPU for 20 steps, in the same bits as kernels and as graphs", network_tests::vgg)
TET_TEST_CUDA("a residual network follows the CPU for 20 steps, in the same bits as kernels and as graphs", network_tests::residual)
TET_TEST_CUDA("in float the losses of 20 steps stay within 5 % of the CPU's, in the same bits as kernels and as graphs", network_tests::float_losses)
TET_TEST_CUDA("evaluate gives the CPU's accuracies", network_tests::evaluates)
TET_TEST_CUDA("fit takes images as bytes, and in the same bits as values", network_tests::trains_on_images)
TET_TEST_CUDA("a loss that is not finite leaves the parameters as they are", network_tests::refuses_infinity)

// SPDX-License-Identifier: MIT
#include <tests/backend/cuda/lab.cuh>
#include <tests/support/adaptive_lif.hpp>
#include <tests/support/random_batch.hpp>
#include <tet/data/frames.hpp>

#include <memory>
#include <stdexcept>

// Whole training steps that a backend records and starts again. What a recorded loop holds by value stays as it was then; so each
// test changes whatever may change between two steps, and asks for the bits of the same steps without recording.

namespace step_tests {

using namespace tet;

template <Index Out>
using Conv = Conv2d<Out, ConvOptions{.bias = Bias::none}>;
/// Learnable neurons, running statistics, a shortcut, both kinds of pooling.
using Net = Network<Input<6, 6, 2>, Conv<8>, BatchNorm<>, test::AdaptiveLif<>, MaxPool2d<2>,
                    Residual<Sequential<Conv<8>, BatchNorm<>>>, Lif<>, GlobalAvgPool, Flatten, Linear<5>>;

/// The first value alone is compared with 0: a loss much larger than those of tet, and with another gradient.
struct FarLoss {
  static constexpr char const* name = "far";
  double weights[5] = {1, 0, 0, 0, 0};

  template <class Scalar>
  TET_HD Scalar operator()(LossTerm<Scalar> const& term) const {
    Scalar total = 0;
    for (Index k = 0; k < term.classes; ++k) {
      term.doutput[k] = Scalar(weights[k]) * term.output[k];
      total += term.doutput[k] * term.output[k] / 2;
    }
    return total;
  }
};

/// The n-th batch of an extent: no two have equal values, labels or shares.
inline Batch batch_of(Index T, Index B, Presentation presentation, std::uint64_t n, bool mixed) {
  Batch batch = test::random_batch<Net>(T, B, presentation);
  batch.values = test::random_values<float>({81}, n, batch.values.size(), -1, 2);
  for (Index b = 0; b < B; ++b) batch.labels[std::size_t(b)] = int((Index(n) + 2 * b) % 5);
  if (!mixed) return batch;
  for (Index b = 0; b < B; ++b) batch.other_labels.push_back(int((Index(n) + b) % 5));
  batch.shares = test::random_values<float>({82}, n, std::size_t(B), 0, 1);
  return batch;
}

/// A model, and training steps of which each differs from the one before.
template <class Backend>
class Trainer {
 public:
  using Model = tet::Model<Net, Backend, double>;
  Model model;
  std::vector<double> losses{}, correct{};

  explicit Trainer(Backend exec) : model(Seed{5}, std::move(exec)) {}

  template <class Loss, class Optimizer>
  void step(Loss const& loss, Optimizer& optimizer, Batch const& batch) {
    StepResult const result = train_step(model, loss, optimizer, batch);
    losses.push_back(result.loss);
    correct.push_back(double(result.correct));
  }

  /// Four steps: the first runs as it is, the second is recorded, two are started again.
  template <class Optimizer>
  void steps(Optimizer& optimizer, Index T, Index B, Presentation presentation = Presentation::temporal,
             bool mixed = false) {
    for (int i = 0; i < 4; ++i) {
      optimizer.set_learning_rate(0.01 / (1 + i));
      step(TetLoss{.lambda = 0.05 * (i + 1), .phi = 1.0 - 0.1 * i}, optimizer,
           batch_of(T, B, presentation, n_++, mixed));
    }
  }

  Batch next_batch(Index T, Index B) { return batch_of(T, B, Presentation::temporal, n_++, false); }

  void forward(Mode mode) { CHECK(model.forward(detail::input_of(next_batch(3, 4)), mode).timesteps == 3); }

  /// An update by dL/dO = 1.
  template <class Optimizer>
  void step_by_hand(Optimizer& optimizer, Mode mode) {
    forward(mode);
    std::vector<double> const ones(3 * 4 * 5, 1.0);
    Model::Backend::upload(reinterpret_cast<std::byte*>(model.output_gradient()), ones.data(),
                           Index(ones.size() * sizeof(double)));
    model.backward();
    optimizer.step(model.exec(), model.parameters());
  }

  template <class Optimizer>
  test::Results results(Optimizer& optimizer) {
    test::Results all;
    all.add("losses", losses);
    all.add("correct", correct);
    test::add_tensors(all, model);
    optimizer.visit_state([&](std::string const& name, auto& storage) { all.add(name, storage.download()); });
    all.add("steps", {double(optimizer.steps())});
    return all;
  }

 private:
  std::uint64_t n_ = 0;
};

/// A part of training, the same on every backend.
template <class Story>
struct Told {
  template <class Backend>
  test::Results operator()(test::Lab<Backend>& lab) const {
    Trainer<Backend> trainer(std::move(lab.exec));
    return Story{}(trainer);
  }
};

struct Rates {
  template <class Backend>
  test::Results operator()(Trainer<Backend>& trainer) const {
    Adam<Backend, double> optimizer(trainer.model);
    for (int i = 0; i < 3; ++i) trainer.steps(optimizer, 4, 5);
    return trainer.results(optimizer);
  }
};

struct Extents {
  template <class Backend>
  test::Results operator()(Trainer<Backend>& trainer) const {
    Adam<Backend, double> optimizer(trainer.model);
    trainer.steps(optimizer, 4, 5);
    trainer.steps(optimizer, 4, 5, Presentation::repeated);
    trainer.steps(optimizer, 2, 3);
    trainer.steps(optimizer, 4, 5);
    trainer.steps(optimizer, 5, 4);
    trainer.steps(optimizer, 6, 9);  // more than was planned: memory moves
    trainer.steps(optimizer, 4, 5);
    trainer.model.reserve(Timesteps{4}, BatchSize{40});
    trainer.steps(optimizer, 4, 5);
    data::Frames const frames({6, 6, 2}, Timesteps{2}, 5, std::vector<float>(40 * 2 * 6 * 6 * 2, 1.0f),
                              std::vector<int>(40, 3));
    trainer.losses.push_back(evaluate(trainer.model, frames, Timesteps{2}, {.batch_size = 40}).loss);
    trainer.steps(optimizer, 4, 5);  // a loss of more samples has moved what a loss knows of the host
    return trainer.results(optimizer);
  }
};

struct Losses {
  template <class Backend>
  test::Results operator()(Trainer<Backend>& trainer) const {
    Sgd<Backend, double> optimizer(trainer.model);
    for (int i = 0; i < 2; ++i) {
      trainer.steps(optimizer, 3, 6);
      trainer.steps(optimizer, 3, 6, Presentation::temporal, true);
    }
    optimizer.set_learning_rate(0.01);
    for (int i = 0; i < 10; ++i)  // other losses, of one size and of others
      if (i % 5 < 3) trainer.step(SdtLoss{.smoothing = 0.02 * i}, optimizer, trainer.next_batch(3, 6));
      else trainer.step(FarLoss{{0.1 * i, 1, 0, 0, 2}}, optimizer, trainer.next_batch(3, 6));
    trainer.steps(optimizer, 3, 6);
    return trainer.results(optimizer);
  }
};

struct Optimisers {
  template <class Backend>
  test::Results operator()(Trainer<Backend>& trainer) const {
    Adam<Backend, double> first(trainer.model), second(trainer.model, {.weight_decay = 0.1, .decay = Decay::parameter});
    for (int i = 0; i < 2; ++i) {
      trainer.steps(first, 3, 4);
      trainer.steps(second, 3, 4);
    }
    for (Momentum const kind : {Momentum::classical, Momentum::nesterov}) {  // each where the one before it was
      auto const sgd = std::make_unique<Sgd<Backend, double>>(trainer.model, SgdOptions{.kind = kind});
      trainer.steps(*sgd, 3, 4);
    }
    return trainer.results(second);
  }
};

struct Interrupted {
  template <class Backend>
  test::Results operator()(Trainer<Backend>& trainer) const {
    Adam<Backend, double> optimizer(trainer.model);
    for (int i = 0; i < 3; ++i) {
      trainer.steps(optimizer, 3, 4);
      trainer.forward(Mode::inference);
      trainer.steps(optimizer, 3, 4);
      for (Index n = 0; n < 3; ++n) trainer.model.estimate_statistics(detail::input_of(trainer.next_batch(3, 4)), n);
      trainer.steps(optimizer, 3, 4);
      for (InputGradient const input : {InputGradient::computed, InputGradient::skipped}) {
        trainer.losses.push_back(compute_gradients(trainer.model, SdtLoss{}, trainer.next_batch(3, 4), input).loss);
        optimizer.step(trainer.model.exec(), trainer.model.parameters());
      }
      for (int pass = 0; pass < 3; ++pass) trainer.step_by_hand(optimizer, Mode::training);
      // With the running statistics, which a step between two passes must not change for the backward of the second.
      for (int pass = 0; pass < 3; ++pass) trainer.forward(Mode::inference);
      trainer.step(SdtLoss{}, optimizer, trainer.next_batch(3, 4));
      trainer.step_by_hand(optimizer, Mode::inference);
    }
    Trainer<Backend> moved(std::move(trainer));
    moved.steps(optimizer, 3, 4);
    return moved.results(optimizer);
  }
};

struct Diverged {
  template <class Backend>
  test::Results operator()(Trainer<Backend>& trainer) const {
    Adam<Backend, double> optimizer(trainer.model);
    for (int i = 0; i < 3; ++i) {
      trainer.steps(optimizer, 3, 4);
      auto const parameters = trainer.model.parameter_storage().download();
      auto const statistics = trainer.model.statistic_storage().download();
      trainer.model.parameter_storage().upload(std::vector<double>(parameters.size(), 1e200));
      for (int again = 0; again < 2; ++again)
        CHECK_THROWS_AS(train_step(trainer.model, TetLoss{}, optimizer, trainer.next_batch(3, 4)), NumericError);
      CHECK(trainer.model.parameter_storage().download() == std::vector<double>(parameters.size(), 1e200));
      trainer.model.parameter_storage().upload(parameters);
      trainer.model.statistic_storage().upload(statistics);
      CHECK(optimizer.steps() == std::uint64_t(5 * i + 4));
      trainer.step_by_hand(optimizer, Mode::training);  // it is withheld no longer
    }
    trainer.steps(optimizer, 3, 4);
    return trainer.results(optimizer);
  }
};

template <class Backend, class Story>
void same_as_without_recording() {
  Told<Story> const told;
  test::Lab<Backend> kernels, graphs{Backend{{.launch = CudaLaunch::graphs}}};
  test::Results const want = told(kernels);
  told(graphs).check_equal(want, 0);
  want.check_equal(test::on_cpu(told), 1e-9);
}

template <class Backend>
void rates() {
  same_as_without_recording<Backend, Rates>();
}
template <class Backend>
void extents() {
  same_as_without_recording<Backend, Extents>();
}
template <class Backend>
void losses() {
  same_as_without_recording<Backend, Losses>();
}
template <class Backend>
void optimisers() {
  same_as_without_recording<Backend, Optimisers>();
}
template <class Backend>
void interrupted() {
  same_as_without_recording<Backend, Interrupted>();
}
template <class Backend>
void diverged() {
  same_as_without_recording<Backend, Diverged>();
}

/// What differs from step to step must not ask for another graph.
template <class Backend>
void one_graph() {
  Trainer<Backend> trainer{Backend{{.launch = CudaLaunch::graphs}}};
  Adam<Backend, double> optimizer(trainer.model);
  auto const graphs = [&] { return trainer.model.exec().execution().graphs(); };
  trainer.step(TetLoss{}, optimizer, trainer.next_batch(3, 4));
  CHECK(graphs() == 0);  // kernels are loaded and algorithms chosen outside of one
  for (int i = 0; i < 3; ++i) trainer.steps(optimizer, 3, 4);
  CHECK(graphs() == 1);
  trainer.steps(optimizer, 3, 4, Presentation::temporal, true);
  CHECK(graphs() == 2);
  for (int i = 0; i < 3; ++i) trainer.steps(optimizer, 3, 4);
  CHECK(graphs() == 2);
}

struct Store {
  int* place;
  int value;
  TET_HD void operator()(Index) const { *place = value; }
};

/// The tests above rest on this: what a name does not tell is lost.
template <class Backend>
void recorded_arguments_stay() {
  Backend exec{{.launch = CudaLaunch::graphs}};
  Storage<Backend, int> place(1);
  int value = 1;
  auto const body = [&] { exec.for_each(1, Store{place.data(), value}); };
  body();
  for (value = 2; value < 5; ++value) {
    exec.repeat({.part = 1}, body);
    CHECK(place.download() == std::vector<int>{2});
  }
  exec.repeat({.part = 2}, body);
  CHECK(place.download() == std::vector<int>{5});
}

template <class Backend>
void host_values_are_refused() {
  Backend exec{{.launch = CudaLaunch::graphs}};
  Staged<Backend, int> staged;
  Storage<Backend, int> place(1);
  CHECK_THROWS_AS(exec.repeat({.part = 1}, [&] { staged.bring(exec, 1); }), std::logic_error);
  auto const body = [&] { exec.for_each(1, Store{place.data(), 7}); };
  body();
  exec.repeat({.part = 1}, body);  // nothing was kept under that name
  CHECK(place.download() == std::vector<int>{7});
}

}  // namespace step_tests

TET_TEST_CUDA("recorded steps take each step's rate, coefficients, labels and loss", step_tests::rates)
TET_TEST_CUDA("recorded steps follow other extents, and memory that moves", step_tests::extents)
TET_TEST_CUDA("recorded steps tell mixed batches and losses apart", step_tests::losses)
TET_TEST_CUDA("recorded steps tell optimisers apart", step_tests::optimisers)
TET_TEST_CUDA("recorded steps among other calls, and of a model that moves", step_tests::interrupted)
TET_TEST_CUDA("recorded steps withhold the update of a loss that is not finite", step_tests::diverged)
TET_TEST_CUDA("steps that differ in values alone share one graph", step_tests::one_graph)
TET_TEST_CUDA("recorded work keeps the arguments that it was recorded with", step_tests::recorded_arguments_stay)
TET_TEST_CUDA("recorded work cannot bring values from the host", step_tests::host_values_are_refused)

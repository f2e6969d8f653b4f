// SPDX-License-Identifier: MIT
#include <tests/backend/cuda/lab.cuh>
#include <tests/backend/neuron_layer.hpp>
#include <tests/support/adaptive_lif.hpp>

// Layers of neurons over time: one timestep, the 16 that registers hold, more; words that are full and that are not.

namespace neuron_tests {

using namespace tet;

constexpr test::LayerSize sizes[] = {{1, 3, 1},   {3, 5, 31},  {4, 6, 64}, {16, 4, 65},
                                     {17, 2, 40}, {40, 3, 70}, {2, 700, 3}};

enum class Carried { none, both };

template <class Neuron, class Kind, class Normalise, class Scalar>
struct Layer {
  test::LayerSize size;
  bool repeated;
  Carried carried;
  PoolGeometry pool;  // of the gradient; its images are filled in

  static constexpr bool normalised = !std::is_same_v<Normalise, NoNormalisation>;
  static constexpr int learnable = int(neuron_parameters<Neuron>.size());

  template <class Backend>
  test::Results operator()(test::Lab<Backend>& lab) const {
    auto const [timesteps, pixels, channels] = size;
    Seed const seed{71};
    test::Signals<Kind, Scalar> const x(seed, 0, repeated ? pixels : timesteps * pixels, channels);
    auto const random = [&](std::uint64_t stream, Index count, double low, double high) {
      return lab.put(test::random_values<Scalar>(seed, stream, std::size_t(count), low, high));
    };
    NeuronCall<Kind, Normalise, Scalar> call{
        .x = lab.put(x.view), .repeated = repeated, .timesteps = timesteps, .pixels = pixels};
    if constexpr (normalised)
      call.normalise = {random(1, channels, -1, 1), random(2, channels, 0.5, 2), random(3, channels, 0, 1)};
    for (int i = 0; i < learnable; ++i) call.parameters[i] = random(10 + std::uint64_t(i), channels, 0.2, 0.6);
    Index const states = neuron_state_size<Neuron> * pixels * channels;
    NeuronGradients<Scalar> gradients;
    if (carried == Carried::both) {
      call.initial_state = random(4, states, -0.5, 0.5);
      call.final_state = lab.template room<Scalar>(states);
      gradients.final_state = random(5, states, -1, 1);
      gradients.initial_state = lab.template room<Scalar>(states);
    }
    for (int i = 0; i < learnable; ++i) gradients.parameters[i] = lab.template room<Scalar>(channels);
    gradients.shift = lab.template room<Scalar>(channels);
    gradients.centred = lab.template room<Scalar>(channels);

    test::Results results;
    auto const s = lab.template room<Spike, Scalar>(timesteps * pixels, channels);
    neuron_forward<Neuron>(lab.exec, call, s);
    results.add("spikes", lab, s);

    PoolGeometry pooled = pool;
    pooled.images = timesteps * pixels / std::max<Index>(pool.height * pool.width, 1);
    Index const gradient_values =
        pool.window() == 1 ? timesteps * pixels : pooled.images * pool.out_height() * pool.out_width();
    GradientView<Scalar> const ds{random(6, gradient_values * channels, -1, 1), pooled};
    Index const frames = repeated ? pixels : timesteps * pixels;
    Scalar* const dx = lab.template room<Scalar>(frames * channels);
    Workspace const workspace =
        lab.workspace(neuron_workspace<Neuron, Normalise, Scalar>(lab.exec, timesteps, pixels, channels));
    neuron_backward<Neuron>(lab.exec, call, ds, dx, gradients, workspace);
    results.add("dx", lab, dx, frames * channels);
    if constexpr (normalised) {
      results.add("sums", lab, gradients.shift, channels);
      results.add("centred sums", lab, gradients.centred, channels);
      BatchNormGradient<Scalar> const norm{random(7, channels, 0.5, 2), random(8, channels, -1, 1),
                                           random(9, channels, -1, 1)};
      neuron_input_gradient<Neuron>(lab.exec, call, ds, norm, gradients.final_state, dx, workspace);
      results.add("dx behind a BatchNorm", lab, dx, frames * channels);
    }
    for (int i = 0; i < learnable; ++i)
      results.add("parameter", lab, gradients.parameters[i],
                  neuron_parameters<Neuron>[std::size_t(i)].sharing == Sharing::per_layer ? 1 : channels);
    if (carried == Carried::both) {
      results.add("final state", lab, call.final_state, states);
      results.add("gradient of the initial state", lab, gradients.initial_state, states);
    }
    return results;
  }
};

template <class Backend, class Neuron, class Kind, class Normalise, class Scalar>
void check_layers() {
  for (test::LayerSize const& size : sizes)
    for (bool const repeated : {false, true})
      for (Carried const carried : {Carried::none, Carried::both}) {
        CAPTURE(size.timesteps);
        CAPTURE(size.channels);
        CAPTURE(repeated);
        test::compare<Backend, Scalar>(Layer<Neuron, Kind, Normalise, Scalar>{size, repeated, carried, {}});
      }
}

template <class Backend>
void lif() {
  check_layers<Backend, Lif<>, Analog, NoNormalisation, double>();
  check_layers<Backend, Lif<>, Analog, Normalisation<float>, float>();
}

template <class Backend>
void soft_and_detached() {
  using Soft = Lif<LifConfig{.reset = Reset::soft}, Atan<>>;
  using Detached = Lif<LifConfig{.reset_gradient = ResetGradient::detached}, Sigmoid<>>;
  check_layers<Backend, Soft, Graded<4, 4>, NoNormalisation, double>();
  check_layers<Backend, Detached, Spike, Normalisation<double>, double>();
}

template <class Backend>
void adaptive() {
  check_layers<Backend, test::AdaptiveLif<>, Analog, Normalisation<double>, double>();
}

template <class Backend>
void pooled() {
  PoolGeometry const pool{.height = 5, .width = 7, .channels = 33, .window_height = 2, .window_width = 3};
  test::compare<Backend, double>(
      Layer<Lif<>, Analog, Normalisation<double>, double>{{3, 2 * 35, 33}, false, Carried::none, pool});
}

template <class Backend>
void too_long() {
  Backend const exec;
  CHECK(neuron_workspace<Lif<>, NoNormalisation, float>(exec, 1024, 1, 1) > 0);
  CHECK_THROWS_WITH_AS((neuron_workspace<Lif<>, NoNormalisation, float>(exec, 1025, 1, 1)),
                       "tet: timesteps of one call on CUDA: got 1025, expected at most 1024", std::invalid_argument);
}

}  // namespace neuron_tests

TET_TEST_CUDA("Lif agrees with the CPU", neuron_tests::lif)
TET_TEST_CUDA("soft and detached resets agree with the CPU", neuron_tests::soft_and_detached)
TET_TEST_CUDA("a neuron with two state values and learnable parameters agrees with the CPU", neuron_tests::adaptive)
TET_TEST_CUDA("a gradient read through pooling windows agrees with the CPU", neuron_tests::pooled)
TET_TEST_CUDA("more timesteps than the kernels hold are refused", neuron_tests::too_long)

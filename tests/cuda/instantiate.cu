// SPDX-License-Identifier: MIT
#include <tet/core/random.hpp>
#include <tet/core/values.hpp>
#include <tet/loss/losses.hpp>
#include <tet/neuron/neurons.hpp>
#include <tet/optim/adam.hpp>
#include <tet/optim/sgd.hpp>
#include <tet/surrogate/surrogates.hpp>
#include <tests/support/adaptive_lif.hpp>
#include <tests/support/archetypes.hpp>

#include <cstddef>

// Every neuron, surrogate, loss and optimiser rule in a kernel: what is written once for the host compiles for a device. Nothing runs.

namespace {

using namespace tet;

template <class Surrogate>
__global__ void surrogate_kernel(float* v) {
  v[0] = Surrogate::template derivative<float>(v[0]);
  v[1] = Surrogate::template primitive<float>(v[1]);
}

template <class Neuron>
__global__ void neuron_kernel(typename Neuron::template State<float>* state, typename Neuron::template Parameters<float>* parameters,
                              float* x) {
  auto const f = Neuron::template step<float, NeuronFire<Neuron>>(*state, *parameters, x[0]);
  auto const g = Neuron::template backward<float>(*state, *parameters, f, x[1], f.next);
  *state = g.state;
  *parameters = g.parameters;
  x[0] = f.s + g.x;
}

template <class Loss>
__global__ void loss_kernel(Loss loss, LossTerm<float> term, float* value) {
  *value = loss(term);
}

__global__ void random_kernel(float* value) {
  Random const random(Seed{1}, 2);
  value[0] = float(random.uniform(3));
  value[1] = float(random.below(3, 10));
}

template <class Rule, int States>
__global__ void rule_kernel(ParameterUpdate<Rule, float, States> update, Values<float, States>* state) {
  float* const p = update.parameters.values;
  p[0] = (*update.rule)(p[0], update.parameters.gradients[0], *state);
}

/// Stands in for the CUDA backend: receives the rule that an optimiser hands to its backend and puts it into a kernel.
struct KernelBackend {
  static std::byte* allocate(Index) { return nullptr; }
  static void release(std::byte*) noexcept {}
  static void clear(std::byte*, Index) {}
  void bring(std::byte*, void const*, Index) {}
};

template <class Rule, int States>
void update_parameters(KernelBackend&, ParameterUpdate<Rule, float, States> const& update) {
  rule_kernel<Rule, States><<<1, 1>>>(update, nullptr);
}

struct NoModel {
  using Backend = KernelBackend;
  using Scalar = float;
  ParameterRange<float> parameters() { return {}; }
};

template <class Neuron>
void launch_neuron() {
  neuron_kernel<Neuron><<<1, 1>>>(nullptr, nullptr, nullptr);
}

template <class Surrogate, Reset reset, ResetGradient gradient>
void launch_neurons_with() {
  launch_neuron<If<IfConfig{.reset = reset, .reset_gradient = gradient}, Surrogate>>();
  launch_neuron<Lif<LifConfig{.tau = 0.25f, .reset = reset, .reset_gradient = gradient}, Surrogate>>();
  launch_neuron<test::AdaptiveLif<LifConfig{.tau = 0.25f, .reset = reset, .reset_gradient = gradient}, Surrogate>>();
}

template <class... Surrogates>
void launch_all() {
  (surrogate_kernel<Surrogates><<<1, 1>>>(nullptr), ...);
  (launch_neurons_with<Surrogates, Reset::hard, ResetGradient::kept>(), ...);
  (launch_neurons_with<Surrogates, Reset::hard, ResetGradient::detached>(), ...);
  (launch_neurons_with<Surrogates, Reset::soft, ResetGradient::kept>(), ...);
  (launch_neurons_with<Surrogates, Reset::soft, ResetGradient::detached>(), ...);
}

}  // namespace

void launch_every_kernel() {
  launch_all<Triangle<>, Rectangle<>, Sigmoid<>, Atan<>, FastSigmoid<>, Gaussian<>, PiecewiseExponential<>, test::SurrogateArchetype>();
  launch_neuron<test::NeuronArchetype>();
  loss_kernel<<<1, 1>>>(SdtLoss{}, LossTerm<float>{}, nullptr);
  loss_kernel<<<1, 1>>>(TetLoss{}, LossTerm<float>{}, nullptr);
  loss_kernel<<<1, 1>>>(test::LossArchetype{}, LossTerm<float>{}, nullptr);
  random_kernel<<<1, 1>>>(nullptr);
  NoModel model;
  KernelBackend exec;
  Adam<KernelBackend, float>(model).step(exec, model.parameters());
  Sgd<KernelBackend, float>(model).step(exec, model.parameters());
}

// SPDX-License-Identifier: MIT

// Computes every kind of layer on fixed inputs and writes the results to a safetensors file. The same source is built
// for several instruction sets; tests/isa/agreement.cpp compares what they write.

#include <tet/io/safetensors.hpp>
#include <tet/tet.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using tet::Index;

constexpr Index images = 6, side = 12, in_channels = 70, out_channels = 40, timesteps = 3;

std::vector<float> uniform(std::uint64_t stream, Index count, double low, double high) {
  tet::Random const random(tet::Seed{11}, stream);
  std::vector<float> values;
  for (Index i = 0; i < count; ++i) values.push_back(float(low + (high - low) * random.uniform(std::uint64_t(i))));
  return values;
}

struct Results {
  std::vector<tet::io::NamedTensor> tensors;

  void add(std::string const& name, std::vector<float> const& values) {
    tensors.push_back(tet::io::NamedTensor::of(name, {Index(values.size())}, std::span<float const>(values)));
  }
};

/// An activation of a kind from values that it holds exactly.
template <class Kind>
struct Owned {
  using View = tet::Activation<Kind, float>;
  std::vector<typename View::Element> elements;
  View view;

  Owned(tet::Cpu& exec, std::vector<float> const& values, Index pixels, Index channels)
      : elements(std::size_t(pixels * View::elements_per_pixel(channels))), view{elements.data(), pixels, channels} {
    if (convert_input(exec, values.data(), view) >= 0)
      throw std::runtime_error("the probe's input does not fit its kind");
  }
};

template <class Kind>
void convolutions(tet::Cpu& exec, Results& results, std::string const& name, std::vector<float> const& x) {
  tet::ConvGeometry const g{.images = images,
                            .height = side,
                            .width = side,
                            .in_channels = in_channels,
                            .out_channels = out_channels,
                            .kernel = 3,
                            .padding = 1};
  Owned<Kind> const input(exec, x, images * g.in_pixels(), in_channels);
  auto const weight = uniform(1, g.weights(), -0.1, 0.1), bias = uniform(2, out_channels, -0.1, 0.1);
  auto const dy = uniform(3, images * g.out_pixels() * out_channels, -1, 1);
  tet::Storage<tet::Cpu, std::byte> scratch(tet::synapse_workspace<Kind, float>(exec, g));
  tet::Workspace const workspace{scratch.data(), scratch.bytes()};
  std::vector<float> y(dy.size()), dx(x.size()), dweight(weight.size()), dbias(bias.size());
  synapses_forward(exec, g, input.view, weight.data(), bias.data(), y.data(), workspace);
  synapses_input_gradient(exec, g, weight.data(), dy.data(), dx.data(), workspace);
  synapses_weight_gradient(exec, g, input.view, dy.data(), dweight.data(), dbias.data(), workspace);
  results.add("conv/" + name + "/forward", y);
  results.add("conv/" + name + "/input_gradient", dx);
  results.add("conv/" + name + "/weight_gradient", dweight);
  results.add("conv/" + name + "/bias_gradient", dbias);
}

/// The neuron layer on pre-activations that are the same to the bit in every build.
template <class Neuron>
void neurons(tet::Cpu& exec, Results& results, std::string const& name) {
  Index const pixels = images * side * side / timesteps, count = timesteps * pixels * out_channels;
  auto x = uniform(4, count, -1, 2.5);
  auto ds = uniform(5, count, -1, 1);
  tet::NeuronCall<tet::Analog, tet::NoNormalisation, float> const call{
      .x = {x.data(), timesteps * pixels, out_channels}, .timesteps = timesteps, .pixels = pixels};
  tet::Storage<tet::Cpu, std::byte> scratch(
      tet::neuron_workspace<Neuron, tet::NoNormalisation, float>(exec, timesteps, pixels, out_channels));
  std::vector<std::uint64_t> bits(std::size_t(timesteps * pixels));
  tet::Activation<tet::Spike, float> const out{bits.data(), timesteps * pixels, out_channels};
  tet::neuron_forward<Neuron>(exec, call, out);
  tet::neuron_backward<Neuron>(exec, call, tet::GradientView<float>{ds.data()}, ds.data(), {},
                               tet::Workspace{scratch.data(), scratch.bytes()});
  std::vector<float> spikes;
  for (Index p = 0; p < out.pixels; ++p)
    for (Index c = 0; c < out_channels; ++c) spikes.push_back(out.value(p, c));
  results.add("spikes/" + name, spikes);
  results.add("neuron/" + name + "/input_gradient", ds);
}

void batch_norm_and_pooling(tet::Cpu& exec, Results& results) {
  Index const pixels = images * side * side;
  auto x = uniform(6, pixels * out_channels, 1, 3);
  tet::Activation<tet::Analog, float> const view{x.data(), pixels, out_channels};
  tet::Storage<tet::Cpu, std::byte> scratch(tet::batch_norm_workspace(exec, pixels, out_channels));
  std::vector<float> mean(out_channels), variance(out_channels), pooled(x.size() / 4);
  batch_norm_moments(exec, view, mean.data(), variance.data(), tet::Workspace{scratch.data(), scratch.bytes()});
  pool_forward(exec, tet::PoolGeometry{images, side, side, out_channels, 2, 2}, view,
               tet::Activation<tet::Analog, float>{pooled.data(), pixels / 4, out_channels});
  results.add("batch_norm/mean", mean);
  results.add("batch_norm/variance", variance);
  results.add("pool", pooled);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) return std::fprintf(stderr, "usage: %s FILE\n", argv[0]), 2;
  tet::Cpu exec(2);
  Results results;
  Index const inputs = images * side * side * in_channels;
  auto const analog = uniform(7, inputs, -1, 1);
  std::vector<float> spikes, dense_spikes, counts;
  for (float const u : analog) {
    spikes.push_back(u > 0.8f ? 1.0f : 0.0f);
    dense_spikes.push_back(u > -0.6f ? 1.0f : 0.0f);
    counts.push_back(float(int((u + 1) * 2.4f)) / 4.0f);
  }
  convolutions<tet::Analog>(exec, results, "analog", analog);
  convolutions<tet::Spike>(exec, results, "spikes", spikes);
  convolutions<tet::Spike>(exec, results, "dense_spikes", dense_spikes);
  convolutions<tet::Graded<4, 4>>(exec, results, "graded", counts);
  neurons<tet::Lif<>>(exec, results, "lif");
  neurons<tet::Lif<tet::LifConfig{.reset = tet::Reset::soft}, tet::Sigmoid<>>>(exec, results, "lif_soft_sigmoid");
  batch_norm_and_pooling(exec, results);
  tet::io::write_safetensors(argv[1], results.tensors);
} catch (std::exception const& error) {
  std::fprintf(stderr, "probe: %s\n", error.what());
  return 1;
}

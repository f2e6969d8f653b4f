// SPDX-License-Identifier: MIT
#include <tests/backend/cuda/lab.cuh>
#include <tests/backend/neuron_layer.hpp>

// Convolutions and Linear layers: odd sizes, strides, paddings, all kinds of input.

namespace synapses_tests {

using namespace tet;

template <class Kind, class Scalar>
struct Synapses {
  ConvGeometry g;

  template <class Backend>
  test::Results operator()(test::Lab<Backend>& lab) const {
    Seed const seed{91};
    auto const random = [&](std::uint64_t stream, Index count) {
      return lab.put(test::random_values<Scalar>(seed, stream, std::size_t(count), -1, 1));
    };
    test::Signals<Kind, Scalar> const values(seed, 0, g.images * g.in_pixels(), g.in_channels);
    auto const x = lab.put(values.view);
    Scalar const *const weight = random(1, g.weights()), *const bias = random(2, g.out_channels);
    Index const outputs = g.images * g.out_pixels() * g.out_channels;
    Scalar* const y = lab.template room<Scalar>(outputs);
    Workspace const workspace = lab.workspace(synapse_workspace<Kind, Scalar>(lab.exec, g));
    test::Results results;
    synapses_forward(lab.exec, g, x, weight, bias, y, workspace);
    results.add("y", lab, y, outputs);
    synapses_forward(lab.exec, g, x, weight, static_cast<Scalar const*>(nullptr), y, workspace);
    results.add("y without bias", lab, y, outputs);
    Scalar const* const dy = random(3, outputs);
    Scalar *const dweight = lab.template room<Scalar>(g.weights()), *const dbias =
                                                                        lab.template room<Scalar>(g.out_channels);
    synapses_weight_gradient(lab.exec, g, x, dy, dweight, dbias, workspace);
    results.add("dweight", lab, dweight, g.weights());
    results.add("dbias", lab, dbias, g.out_channels);
    Index const inputs = g.images * g.in_pixels() * g.in_channels;
    Scalar* const dx = lab.template room<Scalar>(inputs);
    synapses_input_gradient(lab.exec, g, weight, dy, dx, workspace);
    results.add("dx", lab, dx, inputs);
    return results;
  }
};

struct Case {
  char const* name;
  ConvGeometry g;
};
constexpr Case cases[] = {
    {"3x3", {.images = 3, .height = 5, .width = 4, .in_channels = 7, .out_channels = 9, .kernel = 3, .padding = 1}},
    {"stride 2",
     {.images = 2,
      .height = 7,
      .width = 6,
      .in_channels = 3,
      .out_channels = 5,
      .kernel = 3,
      .stride = 2,
      .padding = 1}},
    {"1x1, stride 2",
     {.images = 2, .height = 6, .width = 6, .in_channels = 65, .out_channels = 4, .kernel = 1, .stride = 2}},
    {"1x1", {.images = 2, .height = 3, .width = 3, .in_channels = 6, .out_channels = 5}},
    {"no padding", {.images = 1, .height = 6, .width = 5, .in_channels = 2, .out_channels = 3, .kernel = 5}},
    {"Linear", {.images = 4, .height = 1, .width = 1, .in_channels = 33, .out_channels = 10}},
};

template <class Backend>
void agree(CudaOptions const& options) {
  for (Case const& c : cases) {
    CAPTURE(c.name);
    ConvGeometry g = c.g;
    g.exactness = Exactness::direct;
    test::compare<Backend, double>(Synapses<Analog, double>{g}, options);
    test::compare<Backend, double>(Synapses<Spike, double>{g}, options);
    test::compare<Backend, float>(Synapses<Graded<4, 4>, float>{g}, options);
  }
}

template <class Backend>
void by_library() {
  agree<Backend>({.convolution = CudaConvolution::cudnn});
}
template <class Backend>
void by_windows() {
  agree<Backend>({.convolution = CudaConvolution::im2col});
}

/// 7 bits of mantissa: an operand is off by up to 1/256 of itself.
template <class Backend>
void rounded() {
  for (auto const convolution : {CudaConvolution::cudnn, CudaConvolution::im2col})
    for (Case const& c : cases) {
      CAPTURE(c.name);
      ConvGeometry g = c.g;
      g.exactness = Exactness::direct;
      CudaOptions const options{.precision = CudaPrecision::bf16, .convolution = convolution};
      test::compare<Backend, float>(Synapses<Spike, float>{g}, options, 1e-2);
      test::compare<Backend, float>(Synapses<Analog, float>{g}, options, 1e-2);
    }
}

#if !defined(__CUDACC__)  // a device's library may decline for reasons of its own
/// Only sizes are looked at; nothing of this size is computed.
template <class Backend>
void large_tensors() {
  Backend const exec{{.convolution = CudaConvolution::cudnn}};
  ConvGeometry g{
      .images = 20480, .height = 48, .width = 48, .in_channels = 2, .out_channels = 64, .kernel = 3, .padding = 1};
  CHECK(g.images * g.out_pixels() * g.out_channels > Index(1) << 31);
  ConvChoice const many = synapse_choice<Spike, float>(exec, g);
  CHECK(many.forward.dense == ConvAlgorithm::cudnn);
  CHECK(many.weight_gradient.dense == ConvAlgorithm::cudnn);
  CHECK(many.input_gradient == ConvAlgorithm::cudnn);
  g.images = 1;
  g.height = g.width = 6000;  // one image of more elements than the library counts
  CHECK(synapse_choice<Spike, float>(exec, g).forward.dense == ConvAlgorithm::im2col);
}
#endif

}  // namespace synapses_tests

TET_TEST_CUDA("synapses in the library's layout agree with the CPU", synapses_tests::by_library)
TET_TEST_CUDA("synapses by windows agree with the CPU", synapses_tests::by_windows)
TET_TEST_CUDA("synapses on bfloat16 operands stay within 1 % of the largest value", synapses_tests::rounded)
#if !defined(__CUDACC__)
TET_TEST_CUDA("more elements than a library counts in 32 bits are treated in chunks, or without it",
              synapses_tests::large_tensors)
#endif

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv_choice.hpp>
#include <tet/backend/cpu/convolution.hpp>
#include <tet/backend/cpu/count.hpp>
#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/matrix_product.hpp>
#include <tet/core/storage.hpp>

namespace tet {

namespace cpu {

/// A Linear layer: a 1x1 convolution of 1x1 images. Analog inputs and all data gradients of it are plain matrix
/// products.
constexpr bool is_matrix_product(ConvGeometry const& g) {
  return g.height == 1 && g.width == 1 && g.kernel == 1 && g.stride == 1 && g.padding == 0;
}

}  // namespace cpu

/// Bytes that the three passes of synapses need.
template <class Kind, class Scalar, class Loops>
Index synapse_workspace(BasicCpu<Loops> const& exec, ConvGeometry const& g) {
  return conv_workspace<Kind, Scalar>(g, exec.slots());
}

/// How the three passes of synapses are computed.
template <class Kind, class Scalar, class Loops>
ConvChoice synapse_choice(BasicCpu<Loops> const&, ConvGeometry const& g) {
  ConvChoice choice = conv_choice<Kind, Scalar>(g);
  if (!cpu::is_matrix_product(g)) return choice;
  if (std::is_same_v<Kind, Analog>) choice.forward = choice.weight_gradient = {ConvAlgorithm::product};
  choice.input_gradient = ConvAlgorithm::product;
  return choice;
}

/// Active inputs that spike-driven passes add up, on which a ConvRule decides: spikes that timesteps share may count
/// once, see conv::SharedSpikes.
template <class Loops, class Kind, class Scalar>
double count_added([[maybe_unused]] BasicCpu<Loops>& exec, [[maybe_unused]] ConvGeometry const& g,
                   Activation<Kind, Scalar> x) {
  if constexpr (std::is_same_v<Kind, Spike> && std::is_same_v<Scalar, float>) {
    Arena scratch;
    conv::ActivityScratch<Kind>::plan(scratch, g);
    Storage<BasicCpu<Loops>, std::byte> bytes(scratch.peak());
    scratch = {bytes.data(), bytes.bytes()};
    return double(conv::activity(exec, x, conv::ActivityScratch<Kind>::plan(scratch, g)).count);
  } else {
    return count_active(exec, x);
  }
}

/// y = weights applied to x, plus bias (nullptr for none). See ConvGeometry for sizes and order of the weights.
template <class Loops, class Kind, class Scalar>
void synapses_forward(BasicCpu<Loops>& exec, ConvGeometry const& g, Activation<Kind, Scalar> x, Scalar const* weight,
                      Scalar const* bias, Scalar* y, Workspace workspace) {
  if constexpr (std::is_same_v<Kind, Analog>) {
    if (cpu::is_matrix_product(g))
      return matrix_product<Operand::plain, Operand::plain>(exec, g.images, g.out_channels, g.in_channels,
                                                            static_cast<Scalar const*>(x.data), weight, bias, y);
  }
  conv_forward(exec, g, x, weight, bias, y, workspace);
}

/// dweight and dbias (nullptr for none) from x and dL/dy; both are overwritten.
template <class Loops, class Kind, class Scalar>
void synapses_weight_gradient(BasicCpu<Loops>& exec, ConvGeometry const& g, Activation<Kind, Scalar> x,
                              Scalar const* dy, Scalar* dweight, Scalar* dbias, Workspace workspace) {
  if constexpr (std::is_same_v<Kind, Analog>) {
    if (cpu::is_matrix_product(g)) {
      matrix_product<Operand::transposed, Operand::plain>(exec, g.in_channels, g.out_channels, g.images,
                                                          static_cast<Scalar const*>(x.data), dy,
                                                          static_cast<Scalar const*>(nullptr), dweight);
      if (dbias != nullptr) column_sums(exec, g.images, g.out_channels, dy, dbias);
      return;
    }
  }
  conv_weight_gradient(exec, g, x, dy, dweight, dbias, workspace);
}

/// dx from dL/dy; overwritten.
template <class Loops, class Scalar>
void synapses_input_gradient(BasicCpu<Loops>& exec, ConvGeometry const& g, Scalar const* weight, Scalar const* dy,
                             Scalar* dx, Workspace workspace) {
  if (cpu::is_matrix_product(g))
    return matrix_product<Operand::plain, Operand::transposed>(exec, g.images, g.in_channels, g.out_channels, dy,
                                                               weight, static_cast<Scalar const*>(nullptr), dx);
  conv_input_gradient(exec, g, weight, dy, dx, workspace);
}

}  // namespace tet

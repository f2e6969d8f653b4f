// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/convolution.cuh>
#include <tet/backend/cuda/im2col.cuh>
#include <tet/core/conv_choice.hpp>

#include <algorithm>
#include <type_traits>

namespace tet {

namespace gpu {

/// use(type_identity<Element>): what the operands of products of Scalars are rounded to.
template <class Scalar, class Execution, class Use>
decltype(auto) with_element(BasicCuda<Execution> const& exec, Use const& use) {
  if constexpr (std::is_same_v<Scalar, float>)
    if (exec.options().precision == CudaPrecision::bf16) return use(std::type_identity<BFloat16>{});
  return use(std::type_identity<Scalar>{});
}

/// use(pass): the library's convolution where it offers that pass, else matrix products. Both have the same members.
template <class Scalar, class Execution, class Use>
decltype(auto) with_algorithm(BasicCuda<Execution> const& exec, ConvPass pass, ConvGeometry const& g,
                              Workspace workspace, Use const& use) {
  return with_element<Scalar>(exec, [&]<class Element>(std::type_identity<Element>) {
    Arena const arena(workspace.data, workspace.bytes);
    LibraryConvolution<Execution, Scalar, Element> const library(exec, pass, g, arena);
    if (library.offered()) return use(library);
    return use(Im2col<Scalar, Element>(g, arena));
  });
}

inline constexpr ConvPass all_passes[] = {ConvPass::forward, ConvPass::weight_gradient, ConvPass::input_gradient};

}  // namespace gpu

/// Bytes that the three passes of synapses need. It looks for the algorithms, so that no pass has to.
template <class Kind, class Scalar, class Execution>
Index synapse_workspace(BasicCuda<Execution> const& exec, ConvGeometry const& g) {
  Index most = 0;
  for (gpu::ConvPass const pass : gpu::all_passes)
    most = std::max(most, gpu::with_algorithm<Scalar>(exec, pass, g, {}, [](auto const& way) { return way.bytes; }));
  return most;
}

/// How the three passes of synapses are computed.
template <class Kind, class Scalar, class Execution>
ConvChoice synapse_choice(BasicCuda<Execution> const& exec, ConvGeometry const& g) {
  auto const of = [&](gpu::ConvPass pass) {
    return gpu::with_algorithm<Scalar>(exec, pass, g, {}, [](auto const& way) { return way.algorithm(); });
  };
  return {{of(gpu::ConvPass::forward)}, {of(gpu::ConvPass::weight_gradient)}, of(gpu::ConvPass::input_gradient)};
}

/// y = weights applied to x, plus bias (nullptr for none). See ConvGeometry for sizes and order of the weights.
template <class Execution, class Kind, class Scalar>
void synapses_forward(BasicCuda<Execution>& exec, ConvGeometry const& g, Activation<Kind, Scalar> x,
                      Scalar const* weight, Scalar const* bias, Scalar* y, Workspace workspace) {
  gpu::with_algorithm<Scalar>(exec, gpu::ConvPass::forward, g, workspace,
                              [&](auto const& way) { way.forward(exec, x, weight, bias, y); });
}

/// dweight and dbias (nullptr for none) from x and dL/dy; both are overwritten.
template <class Execution, class Kind, class Scalar>
void synapses_weight_gradient(BasicCuda<Execution>& exec, ConvGeometry const& g, Activation<Kind, Scalar> x,
                              Scalar const* dy, Scalar* dweight, Scalar* dbias, Workspace workspace) {
  gpu::with_algorithm<Scalar>(exec, gpu::ConvPass::weight_gradient, g, workspace,
                              [&](auto const& way) { way.weight_gradient(exec, x, dy, dweight, dbias); });
}

/// dx from dL/dy; overwritten.
template <class Execution, class Scalar>
void synapses_input_gradient(BasicCuda<Execution>& exec, ConvGeometry const& g, Scalar const* weight, Scalar const* dy,
                             Scalar* dx, Workspace workspace) {
  gpu::with_algorithm<Scalar>(exec, gpu::ConvPass::input_gradient, g, workspace,
                              [&](auto const& way) { way.input_gradient(exec, weight, dy, dx); });
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/im2col.cuh>
#include <tet/core/conv_choice.hpp>

#include <type_traits>

namespace tet {

namespace cuda {

/// use(type_identity<Element>): what the operands of products of Scalars are rounded to.
template <class Scalar, class Execution, class Use>
decltype(auto) with_element(BasicCuda<Execution> const& exec, Use const& use) {
  if constexpr (std::is_same_v<Scalar, float>)
    if (exec.options().precision == CudaPrecision::bf16) return use(std::type_identity<BFloat16>{});
  return use(std::type_identity<Scalar>{});
}

}  // namespace cuda

/// Bytes that the three passes of synapses need.
template <class Kind, class Scalar, class Execution>
Index synapse_workspace(BasicCuda<Execution> const& exec, ConvGeometry const& g) {
  return cuda::with_element<Scalar>(
      exec, [&]<class Element>(std::type_identity<Element>) { return cuda::Im2col<Scalar, Element>(g, {}).bytes; });
}

/// How the three passes of synapses are computed.
template <class Kind, class Scalar, class Execution>
ConvChoice synapse_choice(BasicCuda<Execution> const&, ConvGeometry const& g) {
  auto const algorithm =
      g.height == 1 && g.width == 1 && g.kernel == 1 ? ConvAlgorithm::product : ConvAlgorithm::im2col;
  return {{algorithm}, {algorithm}, algorithm};
}

/// y = weights applied to x, plus bias (nullptr for none). See ConvGeometry for sizes and order of the weights.
template <class Execution, class Kind, class Scalar>
void synapses_forward(BasicCuda<Execution>& exec, ConvGeometry const& g, Activation<Kind, Scalar> x,
                      Scalar const* weight, Scalar const* bias, Scalar* y, Workspace workspace) {
  cuda::with_element<Scalar>(exec, [&]<class Element>(std::type_identity<Element>) {
    cuda::Im2col<Scalar, Element>(g, {workspace.data, workspace.bytes}).forward(exec, x, weight, bias, y);
  });
}

/// dweight and dbias (nullptr for none) from x and dL/dy; both are overwritten.
template <class Execution, class Kind, class Scalar>
void synapses_weight_gradient(BasicCuda<Execution>& exec, ConvGeometry const& g, Activation<Kind, Scalar> x,
                              Scalar const* dy, Scalar* dweight, Scalar* dbias, Workspace workspace) {
  cuda::with_element<Scalar>(exec, [&]<class Element>(std::type_identity<Element>) {
    cuda::Im2col<Scalar, Element>(g, {workspace.data, workspace.bytes}).weight_gradient(exec, x, dy, dweight, dbias);
  });
}

/// dx from dL/dy; overwritten.
template <class Execution, class Scalar>
void synapses_input_gradient(BasicCuda<Execution>& exec, ConvGeometry const& g, Scalar const* weight, Scalar const* dy,
                             Scalar* dx, Workspace workspace) {
  cuda::with_element<Scalar>(exec, [&]<class Element>(std::type_identity<Element>) {
    cuda::Im2col<Scalar, Element>(g, {workspace.data, workspace.bytes}).input_gradient(exec, weight, dy, dx);
  });
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/tensor_info.hpp>
#include <tet/layer/parameter.hpp>

#include <cmath>
#include <span>
#include <string>
#include <vector>

namespace tet::analysis {

/// Calls visit(name, values) for each parameter tensor of a model, with its part of `all`: a copy of its parameters or
/// of its gradients (`parameter_storage().download()`, `gradient_storage().download()`). Values come in the model's own
/// order, not in PyTorch's.
template <class Model, class Scalar, class Visit>
void for_each_parameter(Model const& model, std::vector<Scalar> const& all, Visit const& visit) {
  model.visit_tensors([&](std::string const& name, ParameterSpec const& spec, Index offset) {
    if (spec.role == TensorRole::parameter)
      visit(name, std::span(all).subspan(std::size_t(offset), std::size_t(spec.count())));
  });
}

struct TensorNorm {
  std::string name;
  double norm = 0;  ///< square root of the sum of squares
  Index count = 0;
};

/// Norms of the gradients that the last backward pass left, one for each parameter tensor, in the network's order.
template <class Model>
std::vector<TensorNorm> gradient_norms(Model const& model) {
  std::vector<TensorNorm> norms;
  for_each_parameter(model, model.gradient_storage().download(), [&](std::string const& name, auto values) {
    double squares = 0;
    for (auto const value : values) squares += double(value) * double(value);
    norms.push_back({name, std::sqrt(squares), Index(values.size())});
  });
  return norms;
}

}  // namespace tet::analysis

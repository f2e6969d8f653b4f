// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/tensor_info.hpp>
#include <tet/layer/parameter.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace tet::analysis {

/// Rounds the weights of every convolution and linear layer to `bits` bits, symmetric, with one scale per output
/// channel. Biases, BatchNorm and learnable parameters of neurons stay as they are.
///
///   scale = max |w| / (2^(bits - 1) - 1),   w <- scale * round(w / scale),   halves to even
///
/// Throws: std::invalid_argument for fewer than 2 or more than 16 bits; NumericError for a weight that is not finite. The
///         model is then unchanged.
template <class Model>
void quantise_weights(Model& model, int bits) {
  using Scalar = typename Model::Scalar;
  if (bits < 2 || bits > 16) refuse("quantise_weights: bits", std::to_string(bits), "2 to 16");
  double const levels = double((1 << (bits - 1)) - 1);
  std::vector<Scalar> values = model.parameter_storage().download();
  model.visit_tensors([&](std::string const& name, ParameterSpec const& spec, Index offset) {
    if (spec.role != TensorRole::parameter || spec.rank < 2) return;
    Index const channels = spec.shape[0], each = spec.count() / channels;
    for (Index c = 0; c < channels; ++c) {
      auto const weight = [&](Index i) -> Scalar& { return values[std::size_t(offset + spec.position(c * each + i))]; };
      double largest = 0;
      for (Index i = 0; i < each; ++i) {
        if (!std::isfinite(weight(i)))
          throw NumericError("tet: tensor " + name + " holds " + std::to_string(weight(i)) +
                             ": rounding needs finite weights");
        largest = std::max(largest, std::abs(double(weight(i))));
      }
      if (largest == 0) continue;
      double const scale = largest / levels;
      for (Index i = 0; i < each; ++i) weight(i) = Scalar(scale * std::nearbyint(double(weight(i)) / scale));
    }
  });
  model.parameter_storage().upload(values);
}

/// Calls use() while the model's weights are rounded to `bits` bits, and returns what it returns; then, also where it
/// throws, all parameters are again what they were, to the bit.
/// Throws: as quantise_weights, and what `use` throws.
template <class Model, class Use>
auto with_quantised_weights(Model& model, int bits, Use&& use) {
  static_assert(!std::is_void_v<std::invoke_result_t<Use>>,
                "tet::analysis::with_quantised_weights: the callable must return what it found out");
  auto const saved = model.parameter_storage().download();
  quantise_weights(model, bits);
  try {
    auto result = use();
    model.parameter_storage().upload(saved);
    return result;
  } catch (...) {
    model.parameter_storage().upload(saved);
    throw;
  }
}

}  // namespace tet::analysis

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <string>
#include <vector>

namespace tet {

/// What a model's named tensor is for.
enum class TensorRole {
  parameter,  // changed by the optimiser
  statistic,  // running mean or variance
  counter     // num_batches_tracked: a whole number, no values in the model
};

/// Name and shape of one tensor of a model, as files of PyTorch users have them.
///
/// Shape: PyTorch's order, [out][in][kh][kw] for a convolution and [out][in] for a linear layer; empty for a counter.
struct TensorInfo {
  std::string name;
  std::vector<Index> shape;
  TensorRole role = TensorRole::parameter;
  Index offset = 0;  // where the model keeps it; only the model reads these two
  Index count = 0;
};

}  // namespace tet

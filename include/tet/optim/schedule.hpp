// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <cmath>
#include <numbers>

namespace tet {

/// The learning rate stays as it is.
struct ConstantSchedule {
  double operator()(double base, Index /*epoch*/, Index /*epochs*/) const { return base; }
};

/// lr(epoch) = minimum + (base - minimum) * (1 + cos(pi * epoch / epochs)) / 2.
///
/// Source: Loshchilov & Hutter 2017, eq. 5, without restarts; torch.optim.lr_scheduler.CosineAnnealingLR.
struct CosineSchedule {
  double minimum = 0;

  double operator()(double base, Index epoch, Index epochs) const {
    return minimum + (base - minimum) * (1 + std::cos(std::numbers::pi * double(epoch) / double(epochs))) / 2;
  }
};

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

namespace tet {

/// Loss of a batch, and how many of its samples were classified rightly.
struct LossSum {
  double loss = 0;
  Index correct = 0;
};

/// The loss of a batch, of a backend that has it when the call returns.
class KnownLoss {
 public:
  explicit KnownLoss(LossSum sum) : sum_(sum) {}
  bool ready() const { return true; }
  LossSum get() const { return sum_; }

 private:
  LossSum sum_;
};

}  // namespace tet

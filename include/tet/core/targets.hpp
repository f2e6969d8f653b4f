// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

namespace tet {

/// What the samples of a batch are to be classified as, in the host's memory. A label alone, or two labels where two
/// samples were mixed (mixup, cutmix): the loss is then share * loss(label) + (1 - share) * loss(other), which for a
/// cross entropy is that of the mixed target (Zhang et al. 2018, sec. 2). A sample counts as right by its first label.
///
/// Shape: labels, others, shares [B]; others and shares are nullptr where nothing was mixed.
struct Targets {
  int const* labels = nullptr;
  int const* others = nullptr;
  float const* shares = nullptr;  // of the first label, 0…1

  Targets(int const* only) : labels(only) {}
  Targets(int const* first, int const* second, float const* share) : labels(first), others(second), shares(share) {}

  bool mixed() const { return others != nullptr; }
};

}  // namespace tet

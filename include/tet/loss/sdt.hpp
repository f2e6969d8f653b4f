// SPDX-License-Identifier: MIT
#pragma once

#include <tet/loss/concepts.hpp>
#include <tet/loss/cross_entropy.hpp>

namespace tet {

/// Standard direct training: L_SDT = CE(mean_t O(t), q), where q is the label y, smoothed: see cross_entropy.
///
/// Source: Deng et al. 2022, eq. 5.
struct SdtLoss {
  static constexpr char const* name = "SDT";

  double smoothing = 0;  ///< share of the target that all classes have alike, 0…1

  template <class Scalar>
  TET_HD Scalar operator()(LossTerm<Scalar> const& term) const {
    return cross_entropy(term.mean, term.classes, term.label, Scalar(1), term.dmean, Scalar(smoothing));
  }
};

static_assert(TimestepLoss<SdtLoss>);

}  // namespace tet

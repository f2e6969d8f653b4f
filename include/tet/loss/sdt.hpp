// SPDX-License-Identifier: MIT
#pragma once

#include <tet/loss/concepts.hpp>
#include <tet/loss/cross_entropy.hpp>

namespace tet {

/// Standard direct training: L_SDT = CE(mean_t O(t), y).
///
/// Source: Deng et al. 2022, eq. 5.
struct SdtLoss {
  static constexpr char const* name = "SDT";

  template <class Scalar>
  TET_HD Scalar operator()(LossTerm<Scalar> const& term) const {
    return cross_entropy(term.mean, term.classes, term.label, Scalar(1), term.dmean);
  }
};

static_assert(TimestepLoss<SdtLoss>);

}  // namespace tet

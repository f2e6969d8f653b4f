// SPDX-License-Identifier: MIT
#pragma once

#include "subject.hpp"

#include <tet/loss/losses.hpp>

namespace experiments {

/// SDT or TET, chosen at run time: both are compiled into one training loop.
struct ChosenLoss {
  static constexpr char const* name = "SDT or TET";

  Objective objective = Objective::tet;
  tet::TetLoss tet{};

  template <class Scalar>
  TET_HD Scalar operator()(tet::LossTerm<Scalar> const& term) const {
    return objective == Objective::sdt ? tet::SdtLoss{}(term) : tet(term);
  }
};

static_assert(tet::TimestepLoss<ChosenLoss>);

}  // namespace experiments

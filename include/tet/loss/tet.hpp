// SPDX-License-Identifier: MIT
#pragma once

#include <tet/loss/concepts.hpp>
#include <tet/loss/cross_entropy.hpp>

namespace tet {

/// Temporal efficient training: L = (1 - lambda) * L_TET + lambda * L_MSE.
///
///   L_TET = (1/T) * sum_t CE(O(t), q), where q is the label y, smoothed: see cross_entropy
///   L_MSE = (1/T) * sum_t mean((O(t) - phi)^2), the mean over batch and classes
///
/// Source: Deng et al. 2022, eq. 9-11; TET_loss of the authors' code. L_TET >= L_SDT (Jensen).
struct TetLoss {
  static constexpr char const* name = "TET";

  double lambda = 0.05;  ///< weight of the regulariser, 0…1
  double phi = 1.0;      ///< target of every output in the regulariser
  double smoothing = 0;  ///< share of the cross entropy's target that all classes have alike, 0…1

  template <class Scalar>
  TET_HD Scalar operator()(LossTerm<Scalar> const& term) const {
    Scalar const keep = Scalar(1 - lambda);
    Scalar const pull = Scalar(lambda) / Scalar(term.classes);
    Scalar const entropy = cross_entropy(term.output, term.classes, term.label, keep, term.doutput, Scalar(smoothing));
    Scalar squares = 0;
    for (Index k = 0; k < term.classes; ++k) {
      Scalar const distance = term.output[k] - Scalar(phi);
      squares += distance * distance;
      term.doutput[k] += Scalar(2) * pull * distance;
    }
    return keep * entropy + pull * squares;
  }
};

static_assert(TimestepLoss<TetLoss>);

}  // namespace tet

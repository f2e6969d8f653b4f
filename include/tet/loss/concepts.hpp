// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/loss_term.hpp>

#include <concepts>
#include <type_traits>

namespace tet {

/// A loss as a hook on one sample at one timestep: returns its loss and fills `doutput` and `dmean` of the term.
///
/// tet averages the returned values over T and B, and adds d/dmean / T to every timestep; SDT, TET and a user's own
/// loss are all such structs. `name` stands in tables and metrics.
template <class Loss>
concept TimestepLoss = std::is_trivially_copyable_v<Loss> && requires(Loss const loss, LossTerm<double> term) {
  { loss(term) } -> std::convertible_to<double>;
  { Loss::name } -> std::convertible_to<char const*>;
};

}  // namespace tet

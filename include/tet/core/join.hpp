// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/signal.hpp>

namespace tet {

/// How a block of SEW-ResNet joins its residual branch A with its shortcut S.
///
/// Source: Fang et al. 2021, "Deep Residual Learning in Spiking Neural Networks", eq. 9 and table 1: ADD, AND, IAND.
enum class Join {
  add,           ///< A + S: 0, 1 or 2 of two spikes, and higher counts of blocks one after another
  logical_and,   ///< A S
  inverted_and,  ///< (1 - A) S
};

constexpr char const* name_of(Join join) {
  switch (join) {
    case Join::add:
      return "add";
    case Join::logical_and:
      return "and";
    case Join::inverted_and:
      break;
  }
  return "iand";
}

namespace detail {

template <Join join, class A, class B>
struct Joined {
  using type = A;
};
template <class A, class B>
struct Joined<Join::add, A, B> {
  using type = typename SumOfKinds<A, B>::type;
};

}  // namespace detail

/// Kind of a join: spikes of two spikes, but counts where it adds.
template <Join join, class A, class B>
using JoinedKind = typename detail::Joined<join, A, B>::type;

/// A factor offset + slope * value: what a join multiplies dL/dy with for the gradient of one branch, where `value` is the
/// other one.
struct JoinFactor {
  int offset, slope;
};
constexpr JoinFactor factor_of_main(Join join) { return {0, join == Join::inverted_and ? -1 : 1}; }
constexpr JoinFactor factor_of_shortcut(Join join) {
  return join == Join::inverted_and ? JoinFactor{1, -1} : JoinFactor{0, 1};
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>

namespace tet {

/// N values of one type, usable on a GPU thread as well (std::array's members are host functions there).
template <class Value, int N>
struct Values {
  Value v[N];

  TET_HD constexpr Value& operator[](int i) { return v[i]; }
  TET_HD constexpr Value const& operator[](int i) const { return v[i]; }
  friend constexpr bool operator==(Values const&, Values const&) = default;
};

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>

#include <cstring>
#include <type_traits>

namespace tet {

/// N values of one type, usable on a GPU thread as well (std::array's members are host functions there).
template <class Value, int N>
struct Values {
  Value v[N];

  TET_HD constexpr Value& operator[](int i) { return v[i]; }
  TET_HD constexpr Value const& operator[](int i) const { return v[i]; }
  friend constexpr bool operator==(Values const&, Values const&) = default;
};

/// The same bytes as another type: a struct of values as an array of them, and back (std::bit_cast is a host function).
template <class To, class From>
TET_HD inline To bits_as(From const& from) {
  static_assert(sizeof(To) == sizeof(From) && std::is_trivially_copyable_v<To> && std::is_trivially_copyable_v<From>);
  To to;
  memcpy(&to, &from, sizeof to);
  return to;
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>
#include <tet/core/storage.hpp>

#include <cstddef>
#include <type_traits>

namespace tet {

/// A small value that changes from step to step, in a place of a backend's memory that stays: loops that a backend kept,
/// to start them again, know the place and read the value of the day.
template <class Backend, class Value>
class Staged {
  static_assert(std::is_trivially_copyable_v<Value>);

 public:
  /// Replaces the value, in the order of what the backend is asked for; returns its place.
  Value const* bring(Backend& exec, Value const& value) {
    exec.bring(reinterpret_cast<std::byte*>(place_.data()), &value, Index(sizeof value));
    return place_.data();
  }

 private:
  Storage<Backend, Value> place_{1};
};

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <time.h>

// POSIX: <chrono> costs every program that includes tet calendars and time zones, which nothing here uses.

namespace tet {

namespace detail {

inline double seconds_of(clockid_t clock) {
  timespec now;
  ::clock_gettime(clock, &now);
  return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

}  // namespace detail

/// Seconds on a clock that never goes back, from an arbitrary beginning.
inline double steady_seconds() { return detail::seconds_of(CLOCK_MONOTONIC); }

/// Seconds since the beginning of 1970, UTC, on a clock that may be set.
inline double seconds_since_1970() { return detail::seconds_of(CLOCK_REALTIME); }

}  // namespace tet

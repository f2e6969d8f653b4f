// SPDX-License-Identifier: MIT
#pragma once

#include <time.h>

namespace tet {

/// Seconds on a clock that never goes back, from an arbitrary beginning. POSIX: <chrono> costs every program that
/// includes tet calendars and time zones, which nothing here uses.
inline double steady_seconds() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

/// Ends a test case that cannot run here, for want of a file or a device: it is counted as skipped, not as passed.
/// The message is what counts (see main.cpp): MESSAGE("skipped: …") in a test case does the same.
#define TET_SKIP(reason)            \
  do {                              \
    MESSAGE("skipped: " << reason); \
    return;                         \
  } while (false)

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

/// Whether this executable replaces malloc and its relatives, and so sees every allocation of the process, of all
/// threads. Sanitizers replace them themselves; libraries other than glibc have no names for the ones that are
/// replaced.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TET_ALLOCATIONS_SEEN 1
#else
#define TET_ALLOCATIONS_SEEN 0
#endif

namespace allocation {

/// Allocations of all threads between begin() and end(), by who asked for them.
struct Record {
  int program = 0;      ///< tet's headers and whatever else is compiled into this executable
  int task_pool = 0;    ///< oneTBB, for its tasks and threads
  std::string first{};  ///< the first of the program's: function, bytes, and the call's stack
};

void begin();
Record end();

/// The record of one call.
template <class Call>
Record record(Call const& call) {
  begin();
  call();
  return end();
}

}  // namespace allocation

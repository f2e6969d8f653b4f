// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>

namespace tet {

namespace detail {

/// TET_NUM_THREADS, or the number of cores where it is not set.
inline int default_threads() {
  char const* const text = std::getenv("TET_NUM_THREADS");
  if (text == nullptr) return std::max(1, int(std::thread::hardware_concurrency()));
  char* end = nullptr;
  long const value = std::strtol(text, &end, 10);
  if (end == text || *end != '\0' || value < 1 || value > 4096)
    refuse("TET_NUM_THREADS", "\"" + std::string(text) + "\"", "a whole number from 1 to 4096");
  return int(value);
}

inline std::atomic<int>& thread_setting() {
  static std::atomic<int> setting{default_threads()};
  return setting;
}

}  // namespace detail

/// Number of threads that backends made from now on use. Results do not depend on it.
/// Throws: std::invalid_argument below 1.
inline void set_threads(int n) {
  if (n < 1) refuse("set_threads", std::to_string(n), "at least 1");
  detail::thread_setting() = n;
}

inline int threads() { return detail::thread_setting(); }

}  // namespace tet

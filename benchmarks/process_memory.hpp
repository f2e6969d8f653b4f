// SPDX-License-Identifier: MIT
#pragma once

#include <fstream>
#include <string>

namespace bench {

/// Largest resident set of this process so far, in bytes (VmHWM; 0 where the system does not tell).
inline double peak_resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return 1024 * std::stod(line.substr(6));
  return 0;
}

/// That of the process at the first call, which stands before the first model.
inline double empty_process_bytes() {
  static double const bytes = peak_resident_bytes();
  return bytes;
}

}  // namespace bench

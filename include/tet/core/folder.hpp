// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

// POSIX calls, for the reason that file_bytes.hpp gives.

namespace tet {

/// Names of what lies in a folder and ends in `ending`, in the order of their bytes; without names that begin with a
/// dot.
/// Throws: IoError when there is no folder, or when it cannot be read.
inline std::vector<std::string> names_in_folder(std::string const& path, std::string_view ending = {}) {
  ::DIR* const folder = ::opendir(path.c_str());
  if (folder == nullptr) throw IoError(path, 0, std::strerror(errno), "a readable folder");
  std::vector<std::string> names;
  int error = 0;
  try {
    while (true) {
      errno = 0;
      ::dirent const* const entry = ::readdir(folder);
      if (entry == nullptr) break;
      std::string_view const name = entry->d_name;
      if (!name.starts_with('.') && name.ends_with(ending)) names.emplace_back(name);
    }
    error = errno;
  } catch (...) {
    ::closedir(folder);
    throw;
  }
  ::closedir(folder);
  if (error != 0) throw IoError(path, 0, std::strerror(error), "a readable folder");
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace tet

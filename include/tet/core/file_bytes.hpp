// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

// POSIX calls, as in atomic_file.hpp: <filesystem> and <fstream> would cost every program that includes tet a third of
// a second to compile.

namespace tet {

inline bool file_exists(std::string const& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0;
}

/// Nothing where there is no file, or something else: a folder, pipe or device has no size of its own.
inline std::optional<std::uint64_t> regular_file_size(std::string const& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return std::uint64_t(info.st_size);
}

/// The whole content of a regular file.
/// Throws: IoError when there is none, or when it cannot be read to its end.
inline std::vector<std::byte> read_file_bytes(std::string const& path) {
  auto const size = regular_file_size(path);
  if (!size) {
    if (file_exists(path)) throw IoError(path, 0, "something not a regular file", "a regular file");
    throw IoError(path, 0, std::strerror(errno), "a readable file");
  }
  std::vector<std::byte> bytes(*size);  // before the file is open: it may throw
  int const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw IoError(path, 0, std::strerror(errno), "a readable file");
  std::size_t done = 0;
  ::ssize_t n = 0;
  while (done < bytes.size()) {
    n = ::read(file, bytes.data() + done, std::min<std::size_t>(bytes.size() - done, std::size_t(1) << 30));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += std::size_t(n);
  }
  std::string const problem = n < 0 ? std::strerror(errno) : "the end of what can be read";
  ::close(file);
  if (done != bytes.size()) throw IoError(path, done, problem, std::to_string(*size) + " bytes");
  return bytes;
}

}  // namespace tet

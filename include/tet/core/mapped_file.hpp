// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace tet {

/// The bytes of a regular file, mapped read-only until the object goes; those of an empty file are an empty span.
///
/// Pages come when they are first read. Whoever shortens the file meanwhile takes them away: reading beyond its new end
/// ends the process (SIGBUS), so map files that are finished.
class MappedFile {
 public:
  /// Throws: IoError when there is no regular file, or when it cannot be opened or mapped.
  explicit MappedFile(std::string const& path) {
    // O_NONBLOCK: a pipe without a writer would keep `open` waiting before it can be refused.
    int const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) throw IoError(path, 0, std::strerror(errno), "a readable file");
    int const error = map(file);
    ::close(file);  // the mapping stays
    if (error == not_regular) throw IoError(path, 0, "something not a regular file", "a regular file");
    if (error != 0) throw IoError(path, 0, std::strerror(error), "a file that can be mapped");
  }
  MappedFile(MappedFile const&) = delete;
  MappedFile& operator=(MappedFile const&) = delete;
  ~MappedFile() {
    if (first_ != nullptr) ::munmap(first_, size_);
  }

  std::span<std::byte const> bytes() const { return {static_cast<std::byte const*>(first_), size_}; }

 private:
  static constexpr int not_regular = -1;

  /// Returns 0, an error of the system, or `not_regular`.
  int map(int file) {
    struct stat info;
    if (::fstat(file, &info) != 0) return errno;
    if (!S_ISREG(info.st_mode)) return not_regular;
    if (info.st_size == 0) return 0;  // mmap refuses a length of 0
    void* const first = ::mmap(nullptr, std::size_t(info.st_size), PROT_READ, MAP_PRIVATE, file, 0);
    if (first == MAP_FAILED) return errno;
    first_ = first;
    size_ = std::size_t(info.st_size);
    return 0;
  }

  void* first_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace tet

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
#include <vector>

namespace tet {

/// The bytes of a regular file, to be gone through once: a large file is mapped, a small one is read into `room`, which
/// one call hands to the next.
///
/// Setting up a mapping and its page faults cost as much as copying some 500 KB (here, Linux 6.18: 12 us against 6 for a
/// recording of 20 KB). Whoever shortens a mapped file takes its pages away: reading beyond the new end ends the process
/// (SIGBUS), so give it files that are finished.
class FileView {
 public:
  static constexpr std::size_t mapped_from = std::size_t(1) << 18;  // bytes

  /// `room` only grows, and holds the bytes until it is used again.
  /// Throws: IoError when there is no regular file, or when it cannot be opened, read to its end or mapped.
  FileView(std::string const& path, std::vector<std::byte>& room) {
    // O_NONBLOCK: a pipe without a writer would keep `open` waiting before it can be refused.
    Descriptor const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat info;
    if (file.number < 0 || ::fstat(file.number, &info) != 0)
      throw IoError(path, 0, std::strerror(errno), "a readable file");
    if (!S_ISREG(info.st_mode)) throw IoError(path, 0, "something not a regular file", "a regular file");
    auto const size = std::size_t(info.st_size);
    if (size < mapped_from) read(file.number, size, path, room);
    else map(file.number, size, path);
  }
  FileView(FileView const&) = delete;
  FileView& operator=(FileView const&) = delete;
  ~FileView() {
    if (mapping_ != nullptr) ::munmap(mapping_, bytes_.size());
  }

  std::span<std::byte const> bytes() const { return bytes_; }

 private:
  struct Descriptor {
    int number;
    ~Descriptor() {
      if (number >= 0) ::close(number);
    }
  };

  void read(int file, std::size_t size, std::string const& path, std::vector<std::byte>& room) {
    if (room.size() < size) room.resize(size);
    std::size_t done = 0;
    while (done < size) {
      ::ssize_t const n = ::read(file, room.data() + done, size - done);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0)
        throw IoError(path, done, n < 0 ? std::strerror(errno) : "the end of what can be read",
                      std::to_string(size) + " bytes");
      done += std::size_t(n);
    }
    bytes_ = {room.data(), size};
  }

  void map(int file, std::size_t size, std::string const& path) {
    void* const first = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (first == MAP_FAILED) throw IoError(path, 0, std::strerror(errno), "a file that can be mapped");
    mapping_ = first;
    bytes_ = {static_cast<std::byte const*>(first), size};
  }

  void* mapping_ = nullptr;
  std::span<std::byte const> bytes_;
};

}  // namespace tet

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <span>
#include <string>

namespace tet {

/// Moments of an atomic write, in order. Until the rename the target is the old file, from then on it is the new one.
enum class WriteStep {
  before_write,      // nothing has been touched
  in_write,          // about half of the bytes stand in the temporary file
  after_write,       // all of them
  after_sync,        // they are on the disk
  after_rename,      // the target's name means the new file
  after_folder_sync  // and that is on the disk too
};

/// Sees every step of a write; tests end the process in it.
using WriteObserver = std::function<void(WriteStep)>;

namespace detail {

/// The temporary file of one write. Removes it unless `rename_to` was reached.
///
/// Its name is fixed, so what a killed process left behind is overwritten by the next write. An advisory lock keeps two
/// living processes out of one temporary: both would write into it, and the mixture would be renamed to the target.
class TemporaryFile {
 public:
  TemporaryFile(std::string target, std::string path) : target_(std::move(target)), path_(std::move(path)) {
    for (int attempt = 0;; ++attempt) {
      file_ = ::open(path_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0666);
      if (file_ < 0) fail("a temporary file beside it");
      // Where a file system has no locks, the write goes on without one.
      if (::flock(file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        ::close(file_);
        throw IoError(target_, 0, "another process writing " + path_, "one writer at a time");
      }
      // Between open and lock another writer may have renamed this very file to the target: it must not be touched.
      struct stat opened, named;
      if (::fstat(file_, &opened) == 0 && ::lstat(path_.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
          opened.st_ino == named.st_ino)
        break;
      ::close(file_);
      if (attempt == 100) throw IoError(target_, 0, path_ + " replaced again and again", "one writer at a time");
    }
    exists_ = true;
    if (::ftruncate(file_, 0) != 0) {
      int const error = errno;
      discard();
      errno = error;
      fail("an empty temporary file");
    }
  }
  TemporaryFile(TemporaryFile const&) = delete;
  TemporaryFile& operator=(TemporaryFile const&) = delete;
  ~TemporaryFile() { discard(); }

  void write(std::span<std::byte const> bytes) {
    while (!bytes.empty()) {
      ::ssize_t const n = ::write(file_, bytes.data(), std::min<std::size_t>(bytes.size(), std::size_t(1) << 30));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) fail("room for " + std::to_string(bytes.size()) + " more bytes");
      bytes = bytes.subspan(std::size_t(n));
      written_ += std::uint64_t(n);
    }
  }

  void sync() {
    if (::fsync(file_) != 0) fail("its bytes on the disk (fsync)");
  }

  void rename_to_target() {
    if (std::rename(path_.c_str(), target_.c_str()) != 0) fail("the new file under its name (rename)");
    exists_ = false;
  }

 private:
  [[noreturn]] void fail(std::string const& expected) const {
    throw IoError(target_, written_, std::strerror(errno), expected);
  }

  void discard() {
    if (file_ < 0) return;
    if (exists_) ::unlink(path_.c_str());
    ::close(file_);
    file_ = -1;
  }

  std::string target_;
  std::string path_;
  std::uint64_t written_ = 0;
  int file_ = -1;
  bool exists_ = false;
};

inline void sync_folder_of(std::string const& path) {
  auto const slash = path.rfind('/');
  std::string const folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  int const file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // Some network file systems cannot sync a folder and say EINVAL; a rename there is as durable as it gets.
  bool const synced = file >= 0 && (::fsync(file) == 0 || errno == EINVAL);
  int const error = errno;
  if (file >= 0) ::close(file);
  if (!synced) throw IoError(path, 0, std::strerror(error), "the folder's new entry on the disk (fsync)");
}

}  // namespace detail

/// Name under which a file is written before it takes its place.
inline std::string temporary_name(std::string const& path) { return path + ".tmp"; }

/// Writes the pieces, one after the other, as the file `path`: at any moment, a crash included, `path` is the old file
/// or the complete new one.
///
/// Throws: IoError (disk full, no permission, …), after which the target is unchanged and no temporary is left; only
/// when the folder's sync fails is the target already the new file.
inline void write_atomically(std::string const& path, std::span<std::span<std::byte const> const> pieces,
                             WriteObserver const& observer = {}) {
  auto const reached = [&](WriteStep step) {
    if (observer) observer(step);
  };
  reached(WriteStep::before_write);
  {
    std::uint64_t total = 0;
    for (auto const piece : pieces) total += piece.size();
    detail::TemporaryFile file(path, temporary_name(path));
    std::uint64_t to_half = total / 2;
    bool half_seen = false;
    for (auto const piece : pieces) {
      std::size_t const head = half_seen ? 0 : std::size_t(std::min<std::uint64_t>(to_half, piece.size()));
      file.write(piece.first(head));
      to_half -= head;
      if (!half_seen && to_half == 0) {
        half_seen = true;
        reached(WriteStep::in_write);
      }
      file.write(piece.subspan(head));
    }
    if (!half_seen) reached(WriteStep::in_write);  // there were no pieces
    reached(WriteStep::after_write);
    file.sync();
    reached(WriteStep::after_sync);
    file.rename_to_target();
    reached(WriteStep::after_rename);
  }
  detail::sync_folder_of(path);
  reached(WriteStep::after_folder_sync);
}

inline void write_atomically(std::string const& path, std::span<std::byte const> bytes,
                             WriteObserver const& observer = {}) {
  write_atomically(path, std::span<std::span<std::byte const> const>(&bytes, 1), observer);
}

}  // namespace tet

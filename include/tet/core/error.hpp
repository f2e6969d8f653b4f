// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace tet {

/// A file that cannot be used: names the file, the byte offset where it stops making sense, what stands there and what
/// was expected.
class IoError : public std::runtime_error {
 public:
  IoError(std::string path, std::uint64_t offset, std::string got, std::string expected)
      : std::runtime_error(path + ": at byte " + std::to_string(offset) + ": got " + got + ", expected " + expected),
        path_(std::move(path)),
        offset_(offset),
        got_(std::move(got)),
        expected_(std::move(expected)) {}

  std::string const& path() const { return path_; }
  std::uint64_t offset() const { return offset_; }
  std::string const& got() const { return got_; }
  std::string const& expected() const { return expected_; }

 private:
  std::string path_;
  std::uint64_t offset_;
  std::string got_;
  std::string expected_;
};

/// A number that must not occur, such as a loss that is not finite.
class NumericError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Run-time data that a public call cannot take; the text says what was got and what was expected.
[[noreturn]] inline void refuse(std::string const& what, std::string const& got, std::string const& expected) {
  throw std::invalid_argument("tet: " + what + ": got " + got + ", expected " + expected);
}

}  // namespace tet

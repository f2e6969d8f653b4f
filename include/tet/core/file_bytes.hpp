// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace tet {

/// The whole content of a regular file.
/// Throws: IoError when there is none, or when it cannot be read to its end.
inline std::vector<std::byte> read_file_bytes(std::string const& path) {
  std::error_code error;
  auto const status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw IoError(path, 0, error ? error.message() : "no file", "a readable file");
  // A folder, pipe or device has no size of its own: reading it could block or never end.
  if (!std::filesystem::is_regular_file(status))
    throw IoError(path, 0, "something not a regular file", "a regular file");
  auto const size = std::filesystem::file_size(path, error);
  if (error) throw IoError(path, 0, error.message(), "a readable file");

  std::ifstream in(path, std::ios::binary);
  if (!in) throw IoError(path, 0, std::strerror(errno), "a readable file");
  std::vector<std::byte> bytes(size);
  in.read(reinterpret_cast<char*>(bytes.data()), std::streamsize(size));
  if (std::size_t(in.gcount()) != size)
    throw IoError(path, std::uint64_t(in.gcount()), "the end of what can be read", std::to_string(size) + " bytes");
  return bytes;
}

}  // namespace tet

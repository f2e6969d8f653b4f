// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/little_endian.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fixture {

/// A file of the given header and number of data bytes (0, 1, 2, …).
inline std::vector<std::byte> safetensors(std::string const& header, std::size_t data) {
  std::vector<std::byte> file;
  tet::append_little_endian(file, std::uint64_t(header.size()));
  tet::append_little_endian(file, std::span<char const>(header));
  for (std::size_t i = 0; i < data; ++i) file.push_back(std::byte(i));
  return file;
}

}  // namespace fixture

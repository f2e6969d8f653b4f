// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace tet {

// Numbers in files are little-endian whatever the machine is.

template <class Number>
concept FileNumber = std::integral<Number> || std::floating_point<Number>;

/// The number whose sizeof(Number) bytes begin at `bytes`.
template <FileNumber Number>
Number load_little_endian(std::byte const* bytes) {
  std::byte raw[sizeof(Number)];
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    raw[i] = bytes[std::endian::native == std::endian::little ? i : sizeof(Number) - 1 - i];
  Number number;
  std::memcpy(&number, raw, sizeof(Number));
  return number;
}

/// All numbers of a byte range. Pre: bytes.size() is a multiple of sizeof(Number).
template <FileNumber Number>
std::vector<Number> load_little_endian(std::span<std::byte const> bytes) {
  std::vector<Number> numbers(bytes.size() / sizeof(Number));
  if constexpr (std::endian::native == std::endian::little) {
    if (!bytes.empty()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
  } else {
    for (std::size_t i = 0; i < numbers.size(); ++i)
      numbers[i] = load_little_endian<Number>(bytes.data() + i * sizeof(Number));
  }
  return numbers;
}

/// Appends numbers to `bytes`.
template <FileNumber Number>
void append_little_endian(std::vector<std::byte>& bytes, std::span<Number const> numbers) {
  auto const raw = std::as_bytes(numbers);
  if constexpr (std::endian::native == std::endian::little) {
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  } else {
    for (std::size_t i = 0; i < raw.size(); ++i) {
      std::size_t const k = i % sizeof(Number);
      bytes.push_back(raw[i - k + sizeof(Number) - 1 - k]);
    }
  }
}

template <FileNumber Number>
void append_little_endian(std::vector<std::byte>& bytes, Number number) {
  append_little_endian(bytes, std::span<Number const>(&number, 1));
}

}  // namespace tet

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

/// Appends `count` numbers of `size` bytes each to `bytes`.
inline void append_little_endian(std::vector<std::byte>& bytes, void const* numbers, std::size_t count,
                                 std::size_t size) {
  auto const* const from = static_cast<std::byte const*>(numbers);
  std::size_t const before = bytes.size(), added = count * size;
  bytes.resize(before + added);
  if constexpr (std::endian::native == std::endian::little) {
    if (added > 0) std::memcpy(bytes.data() + before, from, added);
  } else {
    for (std::size_t i = 0; i < added; ++i) bytes[before + i] = from[i - i % size + size - 1 - i % size];
  }
}

template <FileNumber Number>
void append_little_endian(std::vector<std::byte>& bytes, std::span<Number const> numbers) {
  append_little_endian(bytes, numbers.data(), numbers.size(), sizeof(Number));
}

template <FileNumber Number>
void append_little_endian(std::vector<std::byte>& bytes, Number number) {
  append_little_endian(bytes, &number, 1, sizeof(Number));
}

}  // namespace tet

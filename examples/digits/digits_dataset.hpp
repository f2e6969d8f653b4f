// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/file_bytes.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace digits {

/// A handwritten digit: 8x8 grey values 0 to 16, row after row, and its class.
struct Digit {
  std::array<std::uint8_t, 64> grey;
  int label;
};

inline constexpr std::size_t digit_count = 1797;

/// The images of examples/data/digits.txt: lines of 64 grey values 0…9a…g, a blank, the class; `#` begins a remark.
/// Throws: tet::IoError for a file that is missing or damaged.
inline std::vector<Digit> read_digits(std::filesystem::path const& path) {
  constexpr std::string_view symbols = "0123456789abcdefg";
  auto const bytes = tet::read_file_bytes(path.string());
  std::string_view const text(reinterpret_cast<char const*>(bytes.data()), bytes.size());

  std::size_t at = 0;
  auto const damaged = [&](std::string const& wanted) {
    std::string const got = at == text.size() ? "the end of the file" : "byte value " + std::to_string(int(bytes[at]));
    throw tet::IoError(path.string(), at, got, wanted);
  };
  auto const take = [&](std::string_view allowed,
                        char const* wanted) {  // position of the next character in `allowed`
    std::size_t const found = at < text.size() ? allowed.find(text[at]) : allowed.npos;
    if (found == allowed.npos) damaged(wanted);
    ++at;
    return found;
  };

  std::vector<Digit> digits;
  digits.reserve(digit_count);
  while (at < text.size()) {
    if (text[at] == '#') {
      while (at < text.size() && text[at] != '\n') ++at;
      take("\n", "the end of a remark's line");
      continue;
    }
    if (digits.size() == digit_count) damaged("the end of the file after " + std::to_string(digit_count) + " digits");
    Digit digit;
    for (std::uint8_t& grey : digit.grey) grey = std::uint8_t(take(symbols, "a grey value 0 to 9 or a to g"));
    take(" ", "a blank after 64 grey values");
    digit.label = int(take(symbols.substr(0, 10), "a class 0 to 9"));
    take("\n", "the end of the line after the class");
    digits.push_back(digit);
  }
  if (digits.size() != digit_count)
    damaged("digit " + std::to_string(digits.size() + 1) + " of " + std::to_string(digit_count));
  return digits;
}

}  // namespace digits

// SPDX-License-Identifier: MIT
#include "text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace report {

namespace {

std::string with_minus_sign(std::string_view ascii) {
  std::string text;
  for (char const c : ascii) text += c == '-' ? std::string("−") : std::string(1, c);
  return text;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  for (char const c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\t':
      case '\n':
        out += c;
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) out += "\uFFFD";
        else out += c;
    }
  }
  return out;
}

std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return "n/a";
  std::array<char, 400> room;
  auto const end = std::to_chars(room.data(), room.data() + room.size(), value, std::chars_format::fixed, decimals).ptr;
  std::string_view text(room.data(), std::size_t(end - room.data()));
  if (text.starts_with('-') && text.find_first_not_of("-0.") == text.npos) text.remove_prefix(1);
  return with_minus_sign(text);
}

std::string significant(double value, int digits) {
  if (!std::isfinite(value)) return "n/a";
  if (value == 0) return "0";
  int const exponent = int(std::floor(std::log10(std::abs(value))));
  if (exponent >= -4 && exponent < 6) {
    int const decimals = digits - 1 - exponent;
    std::string text = fixed(value, decimals > 0 ? decimals : 0);
    if (text.find('.') != text.npos) {
      text.erase(text.find_last_not_of('0') + 1);
      if (text.back() == '.') text.pop_back();
    }
    return text;
  }
  std::array<char, 64> room;
  auto const end =
      std::to_chars(room.data(), room.data() + room.size(), value, std::chars_format::scientific, digits - 1).ptr;
  std::string mantissa(room.data(), end);
  auto const e = mantissa.find('e');
  int const power = std::stoi(mantissa.substr(e + 1));
  mantissa.erase(e);
  if (mantissa.find('.') != mantissa.npos) {
    mantissa.erase(mantissa.find_last_not_of('0') + 1);
    if (mantissa.back() == '.') mantissa.pop_back();
  }
  return with_minus_sign(mantissa + "e" + std::to_string(power));
}

std::string coordinate(double value) {
  if (!std::isfinite(value)) return "0";
  std::array<char, 400> room;
  auto const end = std::to_chars(room.data(), room.data() + room.size(), value, std::chars_format::fixed, 2).ptr;
  std::string text(room.data(), end);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::size_t length(std::string_view text) {
  std::size_t n = 0;
  for (char const c : text) n += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return n;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t const end = std::min(text.find(' ', at), text.size());
    std::string_view const word = text.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    if (!line.empty() && length(line) + 1 + length(word) > width) {
      lines.push_back(line);
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

}  // namespace report

// SPDX-License-Identifier: MIT
#include <tet/core/checksum.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <string>

namespace {

std::span<std::byte const> bytes(std::string const& text) { return std::as_bytes(std::span(text)); }

std::uint64_t crc(std::string const& text) {
  tet::Crc64 sum;
  sum.update(bytes(text));
  return sum.value();
}

}  // namespace

TEST_CASE("Crc64: the published check value is met [core]") {
  CHECK(crc("123456789") == 0x995DC9BBDF1939FAull);
  CHECK(crc("") == 0);
}

TEST_CASE("Crc64: pieces give the sum of the whole [core]") {
  std::string const text = "temporal efficient training of spiking networks";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    tet::Crc64 sum;
    sum.update(bytes(text.substr(0, cut)));
    sum.update(bytes(text.substr(cut)));
    CHECK(sum.value() == crc(text));
  }
}

TEST_CASE("Crc64: one flipped bit changes the sum [core]") {
  std::string const text = "0123456789abcdef";
  for (std::size_t i = 0; i < text.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = text;
      changed[i] = char(changed[i] ^ (1 << bit));
      CHECK(crc(changed) != crc(text));
    }
}

// SPDX-License-Identifier: MIT
#include <tet/core/arena.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>

TEST_CASE("Arena: pieces follow one another at multiples of 64 bytes [core]") {
  alignas(64) std::array<std::byte, 1024> block;
  tet::Arena arena(block.data(), tet::Index(block.size()));
  CHECK_FALSE(arena.measuring());
  auto const* const a = reinterpret_cast<std::byte*>(arena.take<float>(1));
  auto const* const b = reinterpret_cast<std::byte*>(arena.take<double>(9));
  auto const* const c = reinterpret_cast<std::byte*>(arena.take<char>(64));
  auto const* const d = reinterpret_cast<std::byte*>(arena.take<char>(0));
  CHECK(a - block.data() == 0);
  CHECK(b - block.data() == 64);
  CHECK(c - block.data() == 192);
  CHECK(d - block.data() == 256);
  CHECK(arena.peak() == 256);
}

TEST_CASE("Arena: measuring gives the peak that the same plan then takes [core]") {
  auto const plan = [](tet::Arena& arena) {
    arena.take<double>(10);
    tet::Index const mark = arena.mark();
    arena.take<float>(100);
    arena.move_to(mark);
    return arena.take<float>(20);
  };
  tet::Arena measure;
  CHECK(measure.measuring());
  CHECK(plan(measure) == nullptr);
  CHECK(measure.peak() == 128 + 448);
  alignas(64) std::array<std::byte, 1024> block;
  tet::Arena arena(block.data(), tet::Index(block.size()));
  CHECK(reinterpret_cast<std::byte*>(plan(arena)) - block.data() == 128);  // the room of the released piece
  CHECK(arena.peak() == measure.peak());
}

// SPDX-License-Identifier: MIT
#include <tet/core/storage.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

namespace {

/// A backend whose memory counts its live blocks and is not zero at first.
struct CountedMemory {
  static inline int live = 0;
  static inline int copies = 0;

  static std::byte* allocate(tet::Index bytes) {
    ++live;
    auto* const block = new std::byte[std::size_t(bytes)];
    std::memset(block, 0xA5, std::size_t(bytes));
    return block;
  }
  static void release(std::byte* block) noexcept {
    --live;
    delete[] block;
  }
  static void clear(std::byte* block, tet::Index bytes) { std::memset(block, 0, std::size_t(bytes)); }
  static void upload(std::byte* to, void const* from, tet::Index bytes) {
    ++copies;
    std::memcpy(to, from, std::size_t(bytes));
  }
  static void download(void* to, std::byte const* from, tet::Index bytes) { std::memcpy(to, from, std::size_t(bytes)); }
};

using Floats = tet::Storage<CountedMemory, float>;

}  // namespace

TEST_CASE("Storage: elements start as zeros and keep what is uploaded [core]") {
  Floats s(5);
  CHECK(s.size() == 5);
  CHECK(s.bytes() == 20);
  CHECK(s.download() == std::vector<float>(5));
  std::vector<float> const values{1, 2, 3, 4, 5};
  s.upload(values);
  CHECK(s.download() == values);
  s.clear();
  CHECK(s.download() == std::vector<float>(5));
}

TEST_CASE("Storage: moving hands the block over and every block is released [core]") {
  int const before = CountedMemory::live;
  {
    Floats a(3);
    float const* const block = a.data();
    Floats b(std::move(a));
    CHECK(b.data() == block);
    CHECK(a.data() == nullptr);
    CHECK(a.size() == 0);
    Floats c(7);
    c = std::move(b);
    CHECK(c.data() == block);
    CHECK(c.size() == 3);
    CHECK(CountedMemory::live - before == 2);
  }
  CHECK(CountedMemory::live == before);
}

TEST_CASE("Storage: no elements need no block [core]") {
  int const before = CountedMemory::live;
  CountedMemory::copies = 0;
  Floats none(0), made;
  CHECK(none.download().empty());
  none.clear();
  none.upload({});
  CHECK(CountedMemory::copies == 0);
  CHECK(none.data() == nullptr);
  CHECK(made.size() == 0);
  CHECK(CountedMemory::live == before);
}

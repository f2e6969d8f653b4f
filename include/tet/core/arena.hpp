// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>
#include <tet/core/index.hpp>

#include <algorithm>
#include <cstddef>

namespace tet {

/// Hands out pieces of one block of memory in order. Without a block it only measures: `peak()` tells how much a plan
/// needs.
///
/// Pieces start at multiples of 64 bytes. `mark` / `move_to` give a piece's room to the next one whose lifetime does
/// not overlap.
class Arena {
 public:
  static constexpr Index alignment = 64;

  Arena() = default;
  Arena(std::byte* block, Index bytes) : block_(block), capacity_(bytes) {}

  bool measuring() const { return block_ == nullptr; }

  /// `count` elements; nullptr while measuring.
  template <class Element>
  Element* take(Index count) {
    Index const begin = used_;
    used_ += round_up(count * Index(sizeof(Element)), alignment);
    peak_ = std::max(peak_, used_);
    TET_ASSERT(measuring() || used_ <= capacity_);
    return measuring() ? nullptr : reinterpret_cast<Element*>(block_ + begin);
  }

  Index mark() const { return used_; }
  void move_to(Index mark) { used_ = mark; }
  Index peak() const { return peak_; }

 private:
  std::byte* block_ = nullptr;
  Index capacity_ = 0;
  Index used_ = 0;
  Index peak_ = 0;
};

}  // namespace tet

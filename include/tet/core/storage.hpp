// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace tet {

/// Owns `count` zero-initialised elements in a backend's memory. Move-only.
template <class Backend, class Element>
class Storage {
 public:
  Storage() = default;
  explicit Storage(Index count) : count_(count) {
    if (count == 0) return;
    block_ = Backend::allocate(bytes());
    Backend::clear(block_, bytes());
  }
  Storage(Storage&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)), count_(std::exchange(other.count_, 0)) {}
  Storage& operator=(Storage&& other) noexcept {
    std::swap(block_, other.block_);
    std::swap(count_, other.count_);
    return *this;
  }
  ~Storage() {
    if (block_ != nullptr) Backend::release(block_);
  }

  Element* data() { return reinterpret_cast<Element*>(block_); }
  Element const* data() const { return reinterpret_cast<Element const*>(block_); }
  Index size() const { return count_; }
  Index bytes() const { return count_ * Index(sizeof(Element)); }

  /// Copies values from the host; values.size() must be size().
  void upload(std::span<Element const> values) {
    if (count_ > 0) Backend::upload(block_, values.data(), bytes());
  }

  /// A copy on the host.
  std::vector<Element> download() const {
    std::vector<Element> values(std::size_t(count_), Element{});
    if (count_ > 0) Backend::download(values.data(), block_, bytes());
    return values;
  }

  void clear() {
    if (count_ > 0) Backend::clear(block_, bytes());
  }

 private:
  std::byte* block_ = nullptr;
  Index count_ = 0;
};

}  // namespace tet

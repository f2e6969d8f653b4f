// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/data/dataset_adaptor.hpp>

#include <string>
#include <utility>

namespace tet::data {

/// `count` samples of another data set from sample `begin` on, drawn exactly as the whole set draws them.
template <Dataset Set>
class Subset final : public DatasetAdaptor<Set> {
  using DatasetAdaptor<Set>::set_;

 public:
  /// Throws: std::invalid_argument where the samples are not all in the set.
  Subset(Set set, Index begin, Index count) : DatasetAdaptor<Set>(std::move(set)), begin_(begin), count_(count) {
    Index const size = set_.size();
    if (begin < 0 || count < 0 || begin > size || count > size - begin) {
      refuse("data::Subset", std::to_string(count) + " samples from sample " + std::to_string(begin) + " on",
             "a part of " + std::to_string(size) + " samples");
    }
  }

  Index size() const { return count_; }
  int label(Index i) const { return set_.label(begin_ + i); }
  void sample(Index i, Timesteps timesteps, Draw draw, std::span<float> out) const {
    set_.sample(begin_ + i, timesteps, draw, out);
  }
  std::span<float const> byte_values() const { return data::byte_values(set_); }
  ImagePlacement sample_bytes(Index i, Draw draw, std::span<std::uint8_t> out) const requires ByteDataset<Set> {
    return set_.sample_bytes(begin_ + i, draw, out);
  }

 private:
  Index begin_;
  Index count_;
};

/// The first `count` samples.
template <Dataset Set>
Subset<Set> first(Set set, Index count) {
  return Subset<Set>(std::move(set), 0, count);
}

}  // namespace tet::data

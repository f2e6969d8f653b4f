// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/random.hpp>
#include <tet/data/dataset_adaptor.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tet::data {

/// Random changes of recorded frames that keep their label, the same at every timestep of a sample.
///
/// Source: the code of Deng et al. 2022 for DVS-CIFAR10 (flip, roll 5).
struct FrameAugment {
  bool flip = false;  // left and right change places, with probability 1/2
  Index roll = 0;     // shift by -roll … roll pixels down and to the right; what leaves comes in on the other side
};

/// A data set of frames for training; what it is made of stays as it is, for evaluation.
template <Dataset Set>
class AugmentedFrames : public DatasetAdaptor<Set> {
 public:
  /// Throws: std::invalid_argument where roll is below 0 or reaches beyond the frame.
  AugmentedFrames(Set set, FrameAugment augment) : DatasetAdaptor<Set>(std::move(set)), augment_(augment) {
    auto const [height, width, channels] = this->shape().extent;
    Index const most = std::min(height, width) - 1;
    if (augment.roll < 0 || augment.roll > most)
      refuse("data::FrameAugment: roll", std::to_string(augment.roll), "0 to " + std::to_string(most));
  }

  /// Sample i, flipped and shifted; out [T, H, W, C].
  void sample(Index i, Timesteps timesteps, Draw draw, std::span<float> out) const {
    this->set_.sample(i, timesteps, draw, out);
    Random const random(draw.seed, stream::augmentation + draw.epoch);
    std::uint64_t const first = 3 * std::uint64_t(i), places = 2 * std::uint64_t(augment_.roll) + 1;
    Index const down = Index(random.below(first, places)) - augment_.roll;
    Index const right = Index(random.below(first + 1, places)) - augment_.roll;
    bool const flipped = augment_.flip && random.below(first + 2, 2) == 1;
    Index const frame = this->shape().size();
    thread_local std::vector<float> before;
    for (auto rest = out; !rest.empty(); rest = rest.subspan(std::size_t(frame))) {
      before.assign(rest.begin(), rest.begin() + frame);
      move(before.data(), down, right, flipped, rest.data());
    }
  }

 private:
  /// One frame [H, W, C].
  void move(float const* from, Index down, Index right, bool flipped, float* to) const {
    auto const [height, width, channels] = this->shape().extent;
    for (Index y = 0; y < height; ++y)
      for (Index x = 0; x < width; ++x, from += channels) {
        Index const mirrored = flipped ? width - 1 - x : x;
        Index const to_y = (y + down + height) % height, to_x = (mirrored + right + width) % width;
        std::copy_n(from, channels, to + (to_y * width + to_x) * channels);
      }
  }

  FrameAugment augment_;
};

}  // namespace tet::data

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/random.hpp>
#include <tet/data/batch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

namespace tet::data {

/// Mixing of samples in pairs: each sample of a batch with the one as far from the batch's other end, so that only a
/// shuffled order mixes at random.
///
/// The share s of a sample's own values is drawn from Beta(alpha, alpha), once for each batch; alpha 0 turns a kind off.
/// Mixup: x = s x1 + (1 - s) x2. Cutmix: a box of 1 - s of the area, whole in time, comes from the other sample, and s
/// is then what the box, cut at the border, left. Labels mix by s; first stands the label of the larger share.
/// Source: mixup: Zhang et al. 2018, sec. 2; cutmix: Yun et al. 2019, eq. 1-2; both: one of them drawn for each batch.
struct Mix {
  double mixup = 0;        // alpha, 0 to 4
  double cutmix = 0;       // alpha, 0 to 4
  double probability = 1;  // of a batch to be mixed at all

  bool active() const { return (mixup > 0 || cutmix > 0) && probability > 0; }

  /// Throws: std::invalid_argument for options out of range.
  void check() const {
    auto const within = [](char const* what, double got, double most) {
      if (!(got >= 0 && got <= most))
        refuse(std::string("data::Mix: ") + what, std::to_string(got), "0 to " + std::to_string(most));
    };
    within("mixup", mixup, 4);
    within("cutmix", cutmix, 4);
    within("probability", probability, 1);
  }
};

namespace detail {

/// Numbers that belong to one batch.
class BatchDraws {
 public:
  BatchDraws(Random random, Index batch) : random_(random), next_(std::uint64_t(batch) << 32) {}

  double uniform() { return random_.uniform(next_++); }
  Index below(Index bound) { return Index(random_.below(next_++, std::uint64_t(bound))); }

  /// From Beta(alpha, alpha). Source: Jöhnk 1964, with logarithms, so that a small alpha does not underflow.
  double beta(double alpha) {
    while (true) {
      double const x = std::log(1 - uniform()) / alpha, y = std::log(1 - uniform()) / alpha;  // 1 - uniform() > 0
      if (std::exp(x) + std::exp(y) <= 1) return 1 / (1 + std::exp(y - x));
    }
  }

 private:
  Random random_;
  std::uint64_t next_;
};

/// Rows and columns [begin, end) of a box.
struct Box {
  Index y_begin, y_end, x_begin, x_end;

  Index area() const { return (y_end - y_begin) * (x_end - x_begin); }
};

/// A box of the given share of an area, around a uniformly drawn pixel, cut at the border.
inline Box draw_box(BatchDraws& draws, Index height, Index width, double share) {
  auto const side = [&](Index extent) { return Index(double(extent) * std::sqrt(share)); };
  Index const y = draws.below(height), x = draws.below(width), h = side(height), w = side(width);
  return {std::max<Index>(y - h / 2, 0), std::min(y - h / 2 + h, height), std::max<Index>(x - w / 2, 0),
          std::min(x - w / 2 + w, width)};
}

}  // namespace detail

/// Mixes a batch in place, or leaves it as it is; `random` and n, the batch's number, say what is drawn.
///
/// Shape: values [B, H, W, C] or [T, B, H, W, C]; afterwards other_labels and shares have B entries, or none.
inline void mix_batch(Batch& batch, Mix const& mix, Random random, Index n) {
  batch.other_labels.clear();
  batch.shares.clear();
  if (!mix.active()) return;
  detail::BatchDraws draws(random, n);
  if (draws.uniform() >= mix.probability) return;
  bool const by_box = mix.mixup <= 0 || (mix.cutmix > 0 && draws.below(2) == 1);
  double share = draws.beta(by_box ? mix.cutmix : mix.mixup);

  auto const [height, width, channels] = batch.shape.extent;
  Index const size = batch.shape.size(), frames = batch.presentation == Presentation::temporal ? batch.timesteps : 1;
  detail::Box box{};
  if (by_box) {
    box = detail::draw_box(draws, height, width, 1 - share);
    share = 1 - double(box.area()) / double(height * width);
  }
  for (Index t = 0; t < frames; ++t) {
    float* const frame = batch.values.data() + t * batch.batch_size * size;
    for (Index b = 0; b < batch.batch_size / 2; ++b) {
      float* const one = frame + b * size;
      float* const two = frame + (batch.batch_size - 1 - b) * size;
      if (by_box) {
        for (Index y = box.y_begin; y < box.y_end; ++y)
          std::swap_ranges(one + (y * width + box.x_begin) * channels, one + (y * width + box.x_end) * channels,
                           two + (y * width + box.x_begin) * channels);
      } else {
        float const own = float(share), rest = float(1 - share);
        for (Index k = 0; k < size; ++k) {
          float const a = one[k], c = two[k];
          one[k] = own * a + rest * c;
          two[k] = own * c + rest * a;
        }
      }
    }
  }
  std::size_t const labels = batch.labels.size();
  batch.other_labels.resize(labels);
  for (std::size_t b = 0; b < labels; ++b) batch.other_labels[b] = batch.labels[labels - 1 - b];
  batch.shares.resize(labels, float(std::max(share, 1 - share)));
  if (share < 0.5) std::swap(batch.labels, batch.other_labels);
}

}  // namespace tet::data

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/data/auto_augment.hpp>
#include <tet/data/dataset.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tet::data {

/// value = (byte / 255 - mean[c]) / deviation[c], one entry per channel.
struct Normalization {
  std::vector<float> mean;
  std::vector<float> deviation;
};

enum class Flip { none, horizontal };

/// Learnt augmentation: a list of operations on pixels, see auto_augment.hpp.
enum class Policy { none, cifar10 };

/// Random changes of an image that keep its label, in this order.
struct Augment {
  Index crop_padding =
      0;  // black pixels added on each side before a crop of the old size, at one of (2 p + 1)^2 places
  Flip flip = Flip::none;        // horizontal: left and right change places, with probability 1/2
  Policy policy = Policy::none;  // for images of 1 or 3 channels
  Index cutout = 0;  // side of a square that is set to 0 after normalisation, around a pixel drawn uniformly, and cut
                     // off at the border (DeVries & Taylor 2017)
};

namespace detail {

/// What copies of a data set of images share.
struct ImageData {
  std::vector<std::uint8_t> pixels;  // [N, H, W, C]
  std::vector<int> labels;           // [N]
  std::vector<float> values;         // [C, 256]: the normalised value of each byte
};

}  // namespace detail

/// Labelled images, kept as bytes and normalised when a batch is made. Copies share the pixels.
class Images {
 public:
  /// pixels [N, H, W, C], labels [N]. Throws: std::invalid_argument where sizes or labels do not fit.
  Images(Shape<3> shape, int classes, std::vector<std::uint8_t> pixels, std::vector<int> labels,
         Normalization const& normalization)
      : shape_(shape), classes_(classes) {
    for (Index const extent : shape.extent)
      if (extent < 1) refuse("data::Images: extent of an image", std::to_string(extent), "at least 1");
    if (pixels.size() != labels.size() * std::size_t(shape.size())) {
      refuse("data::Images", std::to_string(pixels.size()) + " bytes for " + std::to_string(labels.size()) + " labels",
             std::to_string(shape.size()) + " bytes per label");
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] < 0 || labels[i] >= classes)
        refuse("data::Images: label of image " + std::to_string(i), std::to_string(labels[i]),
               "0 to " + std::to_string(classes - 1));
    }
    data_ = std::make_shared<detail::ImageData const>(
        detail::ImageData{std::move(pixels), std::move(labels), value_table(shape.channels(), normalization)});
  }

  /// The same images with random crops and flips: for training, while the plain set is for evaluation.
  Images augmented(Augment augment) const {
    if (augment.crop_padding < 0)
      refuse("data::Augment: crop_padding", std::to_string(augment.crop_padding), "at least 0");
    if (augment.cutout < 0) refuse("data::Augment: cutout", std::to_string(augment.cutout), "at least 0");
    if (augment.policy != Policy::none && shape_.channels() != 1 && shape_.channels() != 3)
      refuse("data::Augment: policy", std::to_string(shape_.channels()) + " channels", "images of 1 or 3 channels");
    Images copy = *this;
    copy.augment_ = augment;
    return copy;
  }

  Index size() const { return Index(data_->labels.size()); }
  int classes() const { return classes_; }
  Shape<3> shape() const { return shape_; }
  Presentation presentation() const { return Presentation::repeated; }
  Index timesteps() const { return 0; }
  int label(Index i) const { return data_->labels[std::size_t(i)]; }

  /// Pixels of image i as stored, [H, W, C].
  std::span<std::uint8_t const> pixels(Index i) const {
    return std::span(data_->pixels).subspan(std::size_t(i * shape_.size()), std::size_t(shape_.size()));
  }

  /// Image i, normalised, and augmented where the set is; out [H, W, C].
  void sample(Index i, Timesteps, Draw draw, std::span<float> out) const {
    float const* const values = data_->values.data();
    Index const channels = shape_.channels();
    if (augment_.policy == Policy::none) {
      float* to = out.data();
      place(i, draw, [&](Index c, std::uint8_t byte) { *to++ = values[c * 256 + byte]; });
    } else {
      thread_local std::vector<std::uint8_t> bytes;  // the image, and as much room again
      bytes.resize(std::size_t(2 * shape_.size()));
      std::uint8_t* to = bytes.data();
      place(i, draw, [&](Index, std::uint8_t byte) { *to++ = byte; });
      apply_policy(cifar10_policy, {bytes.data(), shape_.extent[0], shape_.extent[1], channels, to},
                   Random(draw.seed, stream::policy + draw.epoch), std::uint64_t(i));
      for (Index k = 0; k < shape_.size(); ++k)
        out[std::size_t(k)] = values[k % channels * 256 + bytes[std::size_t(k)]];
    }
    if (augment_.cutout > 0) cut_out(i, draw, out);
  }

 private:
  /// Calls put(channel, byte) for each value of image i, cropped and flipped, in order.
  template <class Put>
  void place(Index i, Draw draw, Put const& put) const {
    Placement const place = placement(i, draw);
    auto const [height, width, channels] = shape_.extent;
    std::uint8_t const* const image = pixels(i).data();
    for (Index y = 0; y < height; ++y) {
      Index const from_y = y + place.shift_y;
      for (Index x = 0; x < width; ++x) {
        Index const from_x = (place.flipped ? width - 1 - x : x) + place.shift_x;
        bool const inside = 0 <= from_y && from_y < height && 0 <= from_x && from_x < width;
        Index const pixel = (from_y * width + from_x) * channels;
        for (Index c = 0; c < channels; ++c) put(c, inside ? image[pixel + c] : std::uint8_t(0));
      }
    }
  }

  void cut_out(Index i, Draw draw, std::span<float> out) const {
    auto const [height, width, channels] = shape_.extent;
    Random const random(draw.seed, stream::cutout + draw.epoch);
    std::uint64_t const first = 2 * std::uint64_t(i);
    Index const top = Index(random.below(first, std::uint64_t(height))) - augment_.cutout / 2;
    Index const left = Index(random.below(first + 1, std::uint64_t(width))) - augment_.cutout / 2;
    Index const begin = std::max<Index>(left, 0), end = std::min(left + augment_.cutout, width);
    for (Index y = std::max<Index>(top, 0); y < std::min(top + augment_.cutout, height); ++y)
      std::fill(out.data() + (y * width + begin) * channels, out.data() + (y * width + end) * channels, 0.0f);
  }

  /// Where a pixel of the result comes from: output column x reads column (flipped ? W - 1 - x : x) + shift_x.
  struct Placement {
    Index shift_y = 0, shift_x = 0;
    bool flipped = false;
  };

  Placement placement(Index i, Draw draw) const {
    Random const random(draw.seed, stream::augmentation + draw.epoch);
    std::uint64_t const first = 3 * std::uint64_t(i);
    Placement place;
    if (augment_.crop_padding > 0) {
      std::uint64_t const places = 2 * std::uint64_t(augment_.crop_padding) + 1;
      place.shift_y = Index(random.below(first, places)) - augment_.crop_padding;
      place.shift_x = Index(random.below(first + 1, places)) - augment_.crop_padding;
    }
    place.flipped = augment_.flip == Flip::horizontal && random.below(first + 2, 2) == 1;
    return place;
  }

  static std::vector<float> value_table(Index channels, Normalization const& normalization) {
    if (Index(normalization.mean.size()) != channels || Index(normalization.deviation.size()) != channels) {
      refuse("data::Normalization",
             std::to_string(normalization.mean.size()) + " means and " +
                 std::to_string(normalization.deviation.size()) + " deviations",
             std::to_string(channels) + " of each, one per channel");
    }
    std::vector<float> values;
    values.reserve(std::size_t(channels) * 256);
    for (std::size_t c = 0; c < std::size_t(channels); ++c) {
      if (!(normalization.deviation[c] > 0))
        refuse("data::Normalization: deviation of channel " + std::to_string(c),
               std::to_string(normalization.deviation[c]), "above 0");
      for (int byte = 0; byte < 256; ++byte)
        values.push_back((float(byte) / 255.0f - normalization.mean[c]) / normalization.deviation[c]);
    }
    return values;
  }

  Shape<3> shape_;
  int classes_;
  Augment augment_;
  std::shared_ptr<detail::ImageData const> data_;
};

static_assert(Dataset<Images>);

}  // namespace tet::data

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/data/auto_augment.hpp>
#include <tet/data/dataset.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
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
class Images final {
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
    return {data_->pixels.data() + i * shape_.size(), std::size_t(shape_.size())};
  }

  /// Image i, normalised, and augmented where the set is; out [H, W, C].
  void sample(Index i, Timesteps, Draw draw, std::span<float> out) const {
    std::uint8_t const* image = pixels(i).data();
    ImagePlacement place = placement(i, draw);
    if (augment_.policy != Policy::none) {
      thread_local std::vector<std::uint8_t> bytes;
      bytes.resize(std::size_t(shape_.size()));
      place = apply_policy_to(i, draw, place, {bytes.data(), bytes.size()});
      image = bytes.data();
    }
    auto const [height, width, channels] = shape_.extent;
    WriteImagePixel<float> const write{{image, &place, data_->values.data(), 1, height, width, channels}, out.data()};
    for (Index row = 0; row < height; ++row) write.write_row(row);
  }

  /// What a byte stands for, [C, 256].
  std::span<float const> byte_values() const { return {data_->values.data(), data_->values.size()}; }

  /// Image i as bytes, and what is still to happen to them; out [H, W, C].
  ImagePlacement sample_bytes(Index i, Draw draw, std::span<std::uint8_t> out) const {
    ImagePlacement const place = placement(i, draw);
    if (augment_.policy != Policy::none) return apply_policy_to(i, draw, place, out);
    std::copy_n(pixels(i).data(), shape_.size(), out.data());
    return place;
  }

 private:
  /// Writes the bytes of image i as the policy leaves them: it sees the image moved, but not cut. Returns the cutout alone.
  ImagePlacement apply_policy_to(Index i, Draw draw, ImagePlacement place, std::span<std::uint8_t> out) const {
    auto const [height, width, channels] = shape_.extent;
    std::uint8_t const* const image = pixels(i).data();
    std::uint8_t* to = out.data();
    for (Index y = 0; y < height; ++y)
      for (Index x = 0; x < width; ++x) {
        Index const from = place.source(y, x, height, width);
        for (Index c = 0; c < channels; ++c) *to++ = from < 0 ? std::uint8_t(0) : image[from * channels + c];
      }
    thread_local std::vector<std::uint8_t> room;
    room.resize(out.size());
    apply_policy(cifar10_policy, {out.data(), height, width, channels, room.data()},
                 Random(draw.seed, stream::policy + draw.epoch), std::uint64_t(i));
    place.shift_y = place.shift_x = 0;
    place.mirrored = false;
    return place;
  }

  ImagePlacement placement(Index i, Draw draw) const {
    auto const [height, width, channels] = shape_.extent;
    Random const random(draw.seed, stream::augmentation + draw.epoch);
    std::uint64_t const first = 3 * std::uint64_t(i);
    ImagePlacement place;
    if (augment_.crop_padding > 0) {
      std::uint64_t const places = 2 * std::uint64_t(augment_.crop_padding) + 1;
      place.shift_y = Index(random.below(first, places)) - augment_.crop_padding;
      place.shift_x = Index(random.below(first + 1, places)) - augment_.crop_padding;
    }
    place.mirrored = augment_.flip == Flip::horizontal && random.below(first + 2, 2) == 1;
    if (augment_.cutout > 0) {
      Random const centre(draw.seed, stream::cutout + draw.epoch);
      Index const y = Index(centre.below(2 * std::uint64_t(i), std::uint64_t(height)));
      Index const x = Index(centre.below(2 * std::uint64_t(i) + 1, std::uint64_t(width)));
      place.top = y - augment_.cutout / 2;
      place.bottom = place.top + augment_.cutout;
      place.left = x - augment_.cutout / 2;
      place.right = place.left + augment_.cutout;
    }
    return place;
  }

  static std::vector<float> value_table(Index channels, Normalization const& normalization) {
    if (Index(normalization.mean.size()) != channels || Index(normalization.deviation.size()) != channels) {
      refuse("data::Normalization",
             std::to_string(normalization.mean.size()) + " means and " +
                 std::to_string(normalization.deviation.size()) + " deviations",
             std::to_string(channels) + " of each, one per channel");
    }
    std::vector<float> values(std::size_t(channels) * 256);
    for (std::size_t c = 0; c < std::size_t(channels); ++c) {
      if (!(normalization.deviation[c] > 0))
        refuse("data::Normalization: deviation of channel " + std::to_string(c),
               std::to_string(normalization.deviation[c]), "above 0");
      for (std::size_t byte = 0; byte < 256; ++byte) {
        float& value = values[c * 256 + byte];
        value = (float(byte) / 255.0f - normalization.mean[c]) / normalization.deviation[c];
        if (!std::isfinite(value))
          refuse("data::Normalization: value of byte " + std::to_string(byte) + " in channel " + std::to_string(c),
                 std::to_string(value), "finite");
      }
    }
    return values;
  }

  Shape<3> shape_;
  int classes_;
  Augment augment_;
  std::shared_ptr<detail::ImageData const> data_;
};

static_assert(ByteDataset<Images>);

}  // namespace tet::data

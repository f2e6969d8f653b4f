// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/data/dataset.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tet::data {

namespace detail {

/// What copies of a data set of frames share.
struct FrameData {
  std::vector<float> values;  // [N, T, H, W, C]
  std::vector<int> labels;    // [N]
};

}  // namespace detail

/// Labelled sequences of frames in memory. Copies share the values.
class Frames {
 public:
  /// values [N, T, H, W, C], labels [N]. Throws: std::invalid_argument where sizes or labels do not fit.
  Frames(Shape<3> shape, Timesteps timesteps, int classes, std::vector<float> values, std::vector<int> labels)
      : shape_(shape), timesteps_(timesteps.value), classes_(classes) {
    for (Index const extent : shape.extent)
      if (extent < 1) refuse("data::Frames: extent of a frame", std::to_string(extent), "at least 1");
    if (timesteps.value < 1) refuse("data::Frames: timesteps", std::to_string(timesteps.value), "at least 1");
    if (values.size() != labels.size() * std::size_t(shape.size() * timesteps.value)) {
      refuse("data::Frames", std::to_string(values.size()) + " values for " + std::to_string(labels.size()) + " labels",
             std::to_string(shape.size() * timesteps.value) + " values per label");
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] < 0 || labels[i] >= classes)
        refuse("data::Frames: label of sample " + std::to_string(i), std::to_string(labels[i]),
               "0 to " + std::to_string(classes - 1));
    }
    data_ = std::make_shared<detail::FrameData const>(detail::FrameData{std::move(values), std::move(labels)});
  }

  Index size() const { return Index(data_->labels.size()); }
  int classes() const { return classes_; }
  Shape<3> shape() const { return shape_; }
  Presentation presentation() const { return Presentation::temporal; }
  Index timesteps() const { return timesteps_; }
  int label(Index i) const { return data_->labels[std::size_t(i)]; }

  /// The first T frames of sample i; out [T, H, W, C].
  void sample(Index i, Timesteps timesteps, Draw, std::span<float> out) const {
    float const* const first = data_->values.data() + i * timesteps_ * shape_.size();
    std::copy_n(first, timesteps.value * shape_.size(), out.data());
  }

 private:
  Shape<3> shape_;
  Index timesteps_;
  int classes_;
  std::shared_ptr<detail::FrameData const> data_;
};

static_assert(Dataset<Frames>);

}  // namespace tet::data

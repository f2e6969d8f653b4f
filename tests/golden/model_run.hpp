// SPDX-License-Identifier: MIT
#pragma once

#include "signals.hpp"
#include "topic.hpp"

#include <tet/neutral.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace golden {

/// A batch as a model takes it: [T, B, H, W, C] from an array [T, B, C, H, W].
template <class Scalar>
class Frames {
 public:
  explicit Frames(Array<Scalar> const& x)
      : shape_(x.shape), values_(to_channels_last(x)), timesteps_(x.extent(0)), batch_(x.extent(1)) {}

  tet::InputBatch<Scalar> view() const {
    return {values_, tet::Timesteps{timesteps_}, tet::BatchSize{batch_}, tet::Presentation::temporal};
  }

  /// With labels, as a training step takes it. The inputs of the golden files are exact in float.
  tet::Batch labelled(std::vector<int> labels) const {
    return {.values = {values_.begin(), values_.end()},
            .labels = std::move(labels),
            .timesteps = timesteps_,
            .batch_size = batch_,
            .presentation = tet::Presentation::temporal,
            .shape = {shape_[3], shape_[4], shape_[2]}};
  }

  Index size() const { return Index(values_.size()); }

  /// A gradient of the batch, in a backend's memory, in the order of the array.
  template <class Backend>
  std::vector<Scalar> gradient(Scalar const* dx) const {
    return to_channels_first(fetch<Backend>(dx, size()), shape_);
  }

 private:
  Extents shape_;
  std::vector<Scalar> values_;
  Index timesteps_, batch_;
};

/// All tensors of a model that have values.
template <class Model>
std::vector<tet::TensorInfo> tensors_of(Model const& model) {
  auto infos = model.tensors();
  std::erase_if(infos, [](tet::TensorInfo const& info) { return info.role == tet::TensorRole::counter; });
  return infos;
}

/// Checks the sizes that are part of a network's type, those of its input and its parameters, against a file: they
/// differ where
/// TET_GOLDEN_DIR names a folder of other sizes.
template <class Model, class Scalar, class Name>
void require_compiled_for(File<Scalar>& file, std::string const& input, Name const& name_of) {
  constexpr auto own = Model::In::shape;
  auto const x = file[input];
  bool fits = x.extent(3) == own[0] && x.extent(4) == own[1] && x.extent(2) == own[2];
  for (auto const& info : tensors_of(Model(tet::Seed{1}))) {
    std::string const array = name_of(info.name);
    if (file.contains(array)) fits = fits && file[array].shape == info.shape;
  }
  REQUIRE_MESSAGE(
      fits, file.path(),
      " has other sizes than this test is compiled for. A network's sizes are part of its type: configure with "
      "-DTET_GOLDEN_DIR=<this folder> and build again.");
}

/// Collects the output of every layer of neurons, in order, as [T, B, H, W, C].
template <class Backend, class Scalar>
struct SpikeCollector {
  std::vector<std::vector<Scalar>> layers;

  template <class Kind>
  void spikes(std::string const&, tet::Activation<Kind, Scalar> const& s) {
    layers.push_back(values_of<Backend>(s));
  }
  template <class... Arguments>
  void synapses(Arguments const&...) {}
};

/// What a model's forward gave.
template <class Backend, class Scalar>
std::vector<Scalar> values_of(tet::OutputView<Scalar> const& out) {
  return fetch<Backend>(out.data, out.timesteps * out.batch * out.size);
}

}  // namespace golden

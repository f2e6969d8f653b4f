// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/storage.hpp>
#include <tet/data/batch.hpp>
#include <tet/inference/inference.hpp>
#include <tet/model/input_batch.hpp>
#include <tet/model/model.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

namespace tet::detail {

/// The images of a batch, checked for their sizes.
inline ByteImages images_of(Batch const& batch) {
  auto const& [pixels, placements, values] = batch.images;
  if (pixels.empty()) return {};
  auto const [height, width, channels] = batch.shape.extent;
  auto const check = [](char const* what, std::size_t got, Index want) {
    if (Index(got) != want)
      refuse(std::string("images of a batch: ") + what, std::to_string(got), std::to_string(want));
  };
  check("bytes of pixels", pixels.size(), batch.batch_size * batch.shape.size());
  check("placements", placements.size(), batch.batch_size);
  check("values of bytes", values.size(), channels * 256);
  return {pixels.data(), placements.data(), values.data(), batch.batch_size, height, width, channels};
}

/// A batch of a data set as networks take it.
inline InputBatch<float> input_of(Batch const& batch) {
  std::span<float const> const values{batch.values.data(), batch.values.size()};
  return {values, Timesteps{batch.timesteps}, BatchSize{batch.batch_size}, batch.presentation, images_of(batch)};
}

/// How a data set's images are to come. Those of another shape than the network's, as flat ones, come as values, of which
/// only the number matters.
template <class Network, class Set>
ImageForm image_form(Set const& set) {
  return set.shape() == Network::In::shape ? ImageForm::bytes : ImageForm::values;
}

/// Samples that a network takes at once: a model any number, an engine its batch size.
template <class Net, class Backend, class Scalar>
Index samples_at_once(Model<Net, Backend, Scalar> const&, Index wanted) {
  return wanted;
}
template <class Net, class Backend, class Precision>
Index samples_at_once(Inference<Net, Backend, Precision> const& engine, Index wanted) {
  return std::min(wanted, engine.options().batch_size);
}

/// O[t, b, k] of a batch. A model keeps all timesteps, an engine writes them into `room`.
template <class Net, class Backend, class Scalar>
OutputView<Scalar> outputs(Model<Net, Backend, Scalar>& model, Batch const& batch, Storage<Backend, Scalar>&) {
  return model.forward(input_of(batch), Mode::inference);
}
template <class Net, class Backend, class Precision>
OutputView<float> outputs(Inference<Net, Backend, Precision>& engine, Batch const& batch,
                          Storage<Backend, float>& room) {
  Index const size = engine.classes, count = batch.timesteps * batch.batch_size * size;
  if (room.size() < count) room = Storage<Backend, float>(count);
  engine.run(input_of(batch), {room.data(), std::size_t(count)});
  return {room.data(), batch.timesteps, batch.batch_size, size};
}

}  // namespace tet::detail

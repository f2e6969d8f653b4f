// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/storage.hpp>
#include <tet/data/batch.hpp>
#include <tet/inference/inference.hpp>
#include <tet/model/input_batch.hpp>
#include <tet/model/model.hpp>

#include <algorithm>
#include <cstddef>

namespace tet::detail {

/// A batch of a data set as networks take it.
inline InputBatch<float> input_of(Batch const& batch) {
  return {batch.values, Timesteps{batch.timesteps}, BatchSize{batch.batch_size}, batch.presentation};
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

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/random.hpp>
#include <tet/data/batch.hpp>

namespace bench {

/// A random batch for a network: an image shown T times for static networks, event frames of 15 % density for event
/// networks.
template <class Net>
tet::Batch random_batch(tet::Timesteps timesteps, tet::BatchSize batch_size, tet::Presentation presentation) {
  tet::Batch batch;
  batch.timesteps = timesteps.value;
  batch.batch_size = batch_size.value;
  batch.presentation = presentation;
  tet::Index const frames =
      presentation == tet::Presentation::repeated ? batch_size.value : batch_size.value * timesteps.value;
  tet::Random const random(tet::Seed{7}, 0);
  for (tet::Index i = 0; i < frames * Net::input_shape.size(); ++i) {
    float const u = float(random.uniform(std::uint64_t(i)));
    batch.values.push_back(presentation == tet::Presentation::repeated ? 2 * u - 1 : (u < 0.15f ? 1.0f : 0.0f));
  }
  for (tet::Index b = 0; b < batch_size.value; ++b) batch.labels.push_back(int(b % Net::output_shape.size()));
  return batch;
}

}  // namespace bench

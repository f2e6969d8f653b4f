// SPDX-License-Identifier: MIT
#pragma once

#include <tests/support/reference.hpp>
#include <tet/data/batch.hpp>

namespace tet::test {

/// Random values from -1 to 2 for a network's input, and labels 0 to 4 in turn.
template <class Net>
Batch random_batch(Index T, Index B, Presentation presentation) {
  Batch batch{.values = {},
              .labels = {},
              .timesteps = T,
              .batch_size = B,
              .presentation = presentation,
              .shape = Net::input_shape};
  Index const frames = presentation == Presentation::repeated ? B : T * B;
  batch.values = random_values<float>({171}, 0, std::size_t(frames * Net::input_shape.size()), -1, 2);
  for (Index b = 0; b < B; ++b) batch.labels.push_back(int(b % 5));
  return batch;
}

}  // namespace tet::test

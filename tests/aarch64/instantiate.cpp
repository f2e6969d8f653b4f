// SPDX-License-Identifier: MIT
// Training and inference of two networks of the zoo; compiled for another processor than the tests run on.
#include <tet/data/frames.hpp>
#include <tet/tet.hpp>

#include <cstddef>
#include <vector>

namespace {

using namespace tet;

/// A training step of each batch, an evaluation, and an engine of each precision.
template <class Net>
void instantiate(data::Frames const& set) {
  Model<Net, Cpu> model{Seed{1}};
  Adam optimizer{model};
  for (Batch const& batch : data::batches(set, 8, Timesteps{4})) train_step(model, TetLoss{}, optimizer, batch);
  evaluate(model, set, Timesteps{4});
  std::vector<float> const image(std::size_t(Net::input_shape.size()));
  InputBatch<float> const batch{image, Timesteps{4}, BatchSize{1}};
  Inference<Net, Cpu, Float32>{model}.run(batch);
  Inference<Net, Cpu, Int8>{model}.run(batch);
}

}  // namespace

int main() {
  data::Frames const set(Shape{32, 32, 3}, Timesteps{4}, 10, std::vector<float>(4 * 32 * 32 * 3), {0});
  instantiate<zoo::CifarSmall<>>(set);
  instantiate<zoo::ResNet19<>>(set);
}

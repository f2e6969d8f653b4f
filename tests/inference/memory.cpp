// SPDX-License-Identifier: MIT
#include <tests/inference/exact_network.hpp>
#include <tests/support/counted_allocations.hpp>

#include <doctest/doctest.h>

namespace {

using namespace tet;
using test::allocations;
using test::page_bytes;

using Block = Sequential<Conv2d<16>, BatchNorm<>, Lif<>>;
using Net = Network<Input<16, 16, 2>, Block, Residual<Sequential<Conv2d<16>, BatchNorm<>>>, Lif<>, AvgPool2d<2>, Block,
                    Flatten, Linear<5>>;

template <class Precision>
void check_allocations(int threads) {
  CAPTURE(threads);
  Index const T = 6, B = 3;
  Model<Net, Cpu> const model{Seed{1}};
  auto const x = test::exact_input<Net>({321}, T * B);
  std::span<float const> const image(x.data(), std::size_t(B * Net::input_shape.size()));
  InputBatch<float> const frames{x, Timesteps{T}, BatchSize{B}, Presentation::temporal},
      images{image, Timesteps{9}, BatchSize{B}, Presentation::repeated};
  page_bytes = 0;
  Inference<Net, Cpu, Precision> engine{model, {.batch_size = B, .timesteps_at_once = 4}, Cpu(threads)};
  CHECK(page_bytes == engine.bytes());
  CHECK(engine.weight_bytes() < engine.bytes());
  if (threads > 1) engine.run(frames);  // TBB makes its threads at the first call
  Index const before = allocations;
  engine.run(frames);
  engine.run(images);
  engine.reset();
  engine.step(image);
  engine.show(image);
  engine.step();
  CHECK(allocations - before == 0);
}

}  // namespace

TEST_CASE("Inference: nothing is allocated after construction and bytes is all of it [inference]") {
  for (int const threads : {1, 2}) {
    check_allocations<Float32>(threads);
    check_allocations<Int8>(threads);
  }
}

TEST_CASE("Inference: memory holds less than a training step and no more for a longer sequence [inference]") {
  Model<Net, Cpu> const model{Seed{1}};
  Inference const engine{model, InferenceOptions{.batch_size = 4}};
  CHECK(engine.bytes() < bytes_for<Net, Cpu>(Timesteps{4}, BatchSize{4}));
  Inference const single{model, InferenceOptions{.batch_size = 4, .timesteps_at_once = 1}};
  CHECK(single.bytes() < engine.bytes());
  Inference<Net, Cpu, Int8> const small{model};
  CHECK(small.weight_bytes() < engine.weight_bytes());
}

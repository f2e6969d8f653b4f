// SPDX-License-Identifier: MIT
#include <tests/support/counted_allocations.hpp>
#include <tests/support/random_batch.hpp>
#include <tet/backend/cpu/primitives.hpp>
#include <tet/layer/layers.hpp>
#include <tet/loss/losses.hpp>
#include <tet/model/describe.hpp>
#include <tet/neuron/neurons.hpp>
#include <tet/optim/adam.hpp>
#include <tet/train/train_step.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace tet;
using test::allocations;
using test::page_bytes;

using Block = Sequential<Conv2d<8>, BatchNorm<>, Lif<>>;
using Net = Network<Input<6, 6, 2>, Block, Residual<Sequential<Conv2d<8>, BatchNorm<>>>, Lif<>, AvgPool2d<2>, Flatten,
                    Linear<5>>;

template <class Scalar>
void check_bytes(Timesteps T, BatchSize B) {
  CAPTURE(T.value);
  CAPTURE(B.value);
  auto const need = memory_for<Net, Cpu, Scalar>(T, B);
  page_bytes = 0;
  Model<Net, Cpu, Scalar> model{Seed{1}};
  CHECK(page_bytes == need.parameters);
  page_bytes = 0;
  model.reserve(T, B);
  CHECK(page_bytes == need.activations + need.workspace);
  CHECK(bytes_for<Net, Cpu, Scalar>(T, B) == need.activations + need.workspace + need.parameters);
}

}  // namespace

TEST_CASE("bytes_for: it is what a model allocates [model]") {
  check_bytes<float>(Timesteps{1}, BatchSize{1});
  check_bytes<float>(Timesteps{4}, BatchSize{3});
  check_bytes<double>(Timesteps{5}, BatchSize{16});
}

TEST_CASE("memory_for: gradients lie over what the layers keep, but for the last one [model]") {
  using Deep = Network<Input<8, 8, 16>, Conv2d<16>, BatchNorm<>, Lif<>, Conv2d<16>, BatchNorm<>, Lif<>, Conv2d<16>,
                       BatchNorm<>, Lif<>, Flatten, Linear<5>>;
  Index kept = 0;
  for (LayerRow const& row : layer_rows<Deep, Cpu>(Timesteps{4}, BatchSize{8})) kept += row.bytes;
  Index const input = 4 * 8 * Deep::input_shape.size() * Index(sizeof(float)), last_gradient = input;
  Index const per_channel_and_alignment = 8 * 1024;
  CHECK(memory_for<Deep, Cpu>(Timesteps{4}, BatchSize{8}).activations <=
        input + kept + last_gradient + per_channel_and_alignment);
}

TEST_CASE("train_step: within a reserved T and B nothing is allocated from the second step on [model]") {
  for (int const threads : {1, 2}) {
    CAPTURE(threads);
    Model<Net, Cpu> model{Seed{1}, Cpu(threads)};
    Adam optimizer{model};
    Batch const large = test::random_batch<Net>(4, 6, Presentation::temporal),
                images = test::random_batch<Net>(4, 6, Presentation::repeated),
                small = test::random_batch<Net>(2, 3, Presentation::temporal);
    model.reserve(Timesteps{4}, BatchSize{6});
    train_step(model, TetLoss{}, optimizer, large);
    Index const before = allocations;
    train_step(model, TetLoss{}, optimizer, large);
    train_step(model, SdtLoss{}, optimizer, images);
    train_step(model, TetLoss{}, optimizer, small);
    train_step(model, TetLoss{}, optimizer, large);
    CHECK(allocations - before == 0);
  }
}

TEST_CASE("describe: one row for each layer with its place shape kind and counts [model]") {
  struct Row {
    char const *place, *layer, *kind;
    std::vector<Index> shape;
    Index parameters, macs, bytes;
  };
  Index const frames = 2 * 3;  // T = 2, B = 3
  std::vector<Row> const expected{
      {"0.0", "Conv2d", "analog", {6, 6, 8}, 8 * 2 * 9 + 8, 36 * 8 * 2 * 9, frames * 36 * 8 * 4},
      {"0.1", "BatchNorm", "analog", {6, 6, 8}, 16, 0, 0},
      {"0.2", "Lif", "spike", {6, 6, 8}, 0, 0, frames * 36 * 8},
      {"1.main.0", "Conv2d", "analog", {6, 6, 8}, 8 * 8 * 9 + 8, 36 * 8 * 8 * 9, frames * 36 * 8 * 4},
      {"1.main.1", "BatchNorm", "analog", {6, 6, 8}, 16, 0, frames * 36 * 8 * 4},
      {"1", "Residual", "analog", {6, 6, 8}, 0, 0, 0},  // added into its main branch
      {"2", "Lif", "spike", {6, 6, 8}, 0, 0, frames * 36 * 8},
      {"3", "AvgPool2d", "graded", {3, 3, 8}, 0, 0, frames * 9 * 8},
      {"4", "Flatten", "graded", {72}, 0, 0, 0},
      {"5", "Linear", "analog", {5}, 72 * 5 + 5, 72 * 5, frames * 5 * 4},
  };
  auto const rows = layer_rows<Net, Cpu>(Timesteps{2}, BatchSize{3});
  REQUIRE(rows.size() == expected.size());
  Index parameters = 0, bytes = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(expected[i].place);
    CHECK(rows[i].place == expected[i].place);
    CHECK(rows[i].layer == expected[i].layer);
    CHECK(rows[i].kind == expected[i].kind);
    CHECK(rows[i].shape == expected[i].shape);
    CHECK(rows[i].parameters == expected[i].parameters);
    CHECK(rows[i].macs == expected[i].macs);
    CHECK(rows[i].bytes == expected[i].bytes);
    parameters += rows[i].parameters;
    bytes += rows[i].bytes;
  }
  Model<Net, Cpu> const model{Seed{1}};
  Index of_tensors = 0;
  for (TensorInfo const& info : model.tensors())
    if (info.role == TensorRole::parameter) of_tensors += info.count;
  CHECK(parameters == of_tensors);
  CHECK(bytes < memory_for<Net, Cpu>(Timesteps{2}, BatchSize{3}).activations);
  std::string const text = describe(model, Timesteps{2}, BatchSize{3});
  CHECK(test::mentions(text, "Input", "(6, 6, 2)", "1.main.0", "(3, 3, 8)", "T = 2, B = 3",
                       detail::with_thousands(of_tensors), detail::with_thousands(bytes),
                       detail::with_thousands(bytes_for<Net, Cpu>(Timesteps{2}, BatchSize{3}))));
}

TEST_CASE("describe: numbers are split by thousands [model]") {
  CHECK(detail::with_thousands(0) == "0");
  CHECK(detail::with_thousands(999) == "999");
  CHECK(detail::with_thousands(1000) == "1,000");
  CHECK(detail::with_thousands(123456) == "123,456");
  CHECK(detail::with_thousands(1234567) == "1,234,567");
}

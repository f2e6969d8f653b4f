// SPDX-License-Identifier: MIT
#include <tests/model/gradient_check.hpp>

using namespace tet;

namespace {

using Block = Sequential<Conv2d<9>, BatchNorm<>, Lif<>>;
using Net = Network<Input<6, 6, 2>, Block, Residual<Sequential<Conv2d<9>, BatchNorm<>>>, Lif<>, AvgPool2d<2>, Flatten,
                    Linear<4>>;

struct Extent {
  Index timesteps, batch;
  Presentation presentation;
};

constexpr Presentation repeated = Presentation::repeated, temporal = Presentation::temporal;
constexpr Extent walk[] = {{2, 3, temporal}, {5, 3, temporal}, {5, 3, repeated}, {1, 1, repeated}, {1, 7, temporal},
                           {6, 1, repeated}, {2, 3, temporal}, {8, 8, temporal}, {2, 3, repeated}};

std::vector<float> images(Extent const& e) {
  Index const frames = e.presentation == repeated ? e.batch : e.batch * e.timesteps;
  return test::random_values<float>({141}, 0, std::size_t(frames * Net::input_shape.size()), -1, 2);
}

std::vector<int> labels(Extent const& e) {
  std::vector<int> values;
  for (Index b = 0; b < e.batch; ++b) values.push_back(int(b % 4));
  return values;
}

/// Output and gradients of one training pass.
std::vector<float> pass(Model<Net, Cpu>& model, Extent const& e) {
  auto const x = images(e);
  auto const y = labels(e);
  auto const out =
      model.forward(InputBatch<float>{x, Timesteps{e.timesteps}, BatchSize{e.batch}, e.presentation}, Mode::training);
  std::vector<float> all(out.data, out.data + out.timesteps * out.batch * out.size);
  loss_and_gradient(model.exec(), TetLoss{}, out.timesteps, out.batch, out.size, out.data, y.data(),
                    model.output_gradient(), model.workspace());
  model.backward();
  for (float const g : model.gradient_storage().download()) all.push_back(g);
  return all;
}

}  // namespace

TEST_CASE("Model: T and B may change with every call and give what a fresh model gives [model]") {
  Model<Net, Cpu> model{Seed{5}};
  for (Extent const& e : walk) {
    CAPTURE(e.timesteps);
    CAPTURE(e.batch);
    Model<Net, Cpu> fresh{Seed{5}};
    CHECK(pass(model, e) == pass(fresh, e));
  }
}

TEST_CASE("Model: reserving more than is used changes nothing [model]") {
  for (Extent const& e : walk) {
    Model<Net, Cpu> model{Seed{5}}, fresh{Seed{5}};
    model.reserve(Timesteps{9}, BatchSize{9});
    CHECK(pass(model, e) == pass(fresh, e));
  }
}

TEST_CASE("Model: a prefix of the timesteps gives the first outputs [model]") {
  Model<Net, Cpu, double> model{Seed{5}};
  auto const x = test::random_values({142}, 0, std::size_t(4 * 2 * Net::input_shape.size()), -1, 2);
  auto const run = [&](Index T) {
    std::span<double const> const values(x.data(), std::size_t(T * 2 * Net::input_shape.size()));
    auto const out = model.forward(InputBatch<double>{values, Timesteps{T}, BatchSize{2}, temporal}, Mode::inference);
    return std::vector<double>(out.data, out.data + out.timesteps * out.batch * out.size);
  };
  auto const all = run(4);
  for (Index T = 1; T <= 4; ++T) {
    auto const part = run(T);
    CHECK(test::relative_error(part, std::vector<double>(all.begin(), all.begin() + std::ptrdiff_t(part.size()))) <=
          1e-12);
  }
}

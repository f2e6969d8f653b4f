// SPDX-License-Identifier: MIT
#include <tests/model/gradient_check.hpp>
#include <tests/support/adaptive_lif.hpp>

#include <stdexcept>
#include <string>

using namespace tet;

namespace {

using Net =
    Network<Input<4, 3, 2>, Sequential<Conv2d<3>, BatchNorm<>, Lif<>>, Residual<Conv2d<3, 1>, Sequential<BatchNorm<>>>,
            test::AdaptiveLif<>, Flatten, BatchNorm<>, Linear<5>>;

struct Expected {
  char const* name;
  std::vector<Index> shape;
  TensorRole role;
};

constexpr TensorRole parameter = TensorRole::parameter, statistic = TensorRole::statistic,
                     counter = TensorRole::counter;

}  // namespace

TEST_CASE("Model: tensors have the names order and shapes of the equal torch.nn.Sequential [model]") {
  std::vector<Expected> const expected{
      {"0.0.weight", {3, 2, 3, 3}, parameter},
      {"0.0.bias", {3}, parameter},
      {"0.1.weight", {3}, parameter},
      {"0.1.bias", {3}, parameter},
      {"0.1.running_mean", {3}, statistic},
      {"0.1.running_var", {3}, statistic},
      {"0.1.num_batches_tracked", {}, counter},
      {"1.main.weight", {3, 3, 1, 1}, parameter},
      {"1.main.bias", {3}, parameter},
      {"1.shortcut.0.weight", {3}, parameter},
      {"1.shortcut.0.bias", {3}, parameter},
      {"1.shortcut.0.running_mean", {3}, statistic},
      {"1.shortcut.0.running_var", {3}, statistic},
      {"1.shortcut.0.num_batches_tracked", {}, counter},
      {"2.tau", {1}, parameter},
      {"2.beta", {3}, parameter},
      {"4.weight", {36}, parameter},
      {"4.bias", {36}, parameter},
      {"4.running_mean", {36}, statistic},
      {"4.running_var", {36}, statistic},
      {"4.num_batches_tracked", {}, counter},
      {"5.weight", {5, 36}, parameter},
      {"5.bias", {5}, parameter},
  };
  Model<Net, Cpu> const model{Seed{1}};
  auto const tensors = model.tensors();
  REQUIRE(tensors.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(tensors[i].name == expected[i].name);
    CHECK(tensors[i].shape == expected[i].shape);
    CHECK(tensors[i].role == expected[i].role);
  }
}

TEST_CASE("Model: get gives back what set was given and no other tensor changes [model]") {
  Model<Net, Cpu, double> model{Seed{1}};
  std::uint64_t stream = 0;
  std::vector<std::vector<double>> given;
  for (TensorInfo const& info : model.tensors()) {
    if (info.role == counter) continue;
    given.push_back(test::random_values({161}, ++stream, std::size_t(info.count), -1, 1));
    model.set(info, given.back());
  }
  std::size_t i = 0;
  for (TensorInfo const& info : model.tensors())
    if (info.role != counter) CHECK(model.get(info) == given[i++]);
}

TEST_CASE("Model: weights are kept as kernels read them and the first Linear after a Flatten is permuted [model]") {
  using Small = Network<Input<2, 2, 2>, Conv2d<3, ConvOptions{.kernel = 2, .padding = 1}>, Flatten, Linear<2>>;
  Model<Small, Cpu, double> model{Seed{1}};
  auto const tensors = model.tensors();
  std::vector<double> conv(24), linear(54);
  for (std::size_t i = 0; i < conv.size(); ++i) conv[i] = double(i);
  for (std::size_t i = 0; i < linear.size(); ++i) linear[i] = double(i);
  model.set(tensors[0], conv);
  model.set(tensors[2], linear);
  double const* const values = model.parameters().values;
  for (Index o = 0; o < 3; ++o)  // [Out][In][Kh][Kw] -> [Kh][Kw][In][Out]
    for (Index c = 0; c < 2; ++c)
      for (Index tap = 0; tap < 4; ++tap)
        CHECK(values[tensors[0].offset + (tap * 2 + c) * 3 + o] == conv[std::size_t((o * 2 + c) * 4 + tap)]);
  for (Index k = 0; k < 2; ++k)  // [Out][C H W] -> [H W C][Out], an image of 3x3 pixels
    for (Index c = 0; c < 3; ++c)
      for (Index p = 0; p < 9; ++p)
        CHECK(values[tensors[2].offset + (p * 3 + c) * 2 + k] == linear[std::size_t(k * 27 + c * 9 + p)]);
}

TEST_CASE("Model: a tensor of the wrong size and an unknown one are refused by name [model]") {
  Model<Net, Cpu> model{Seed{1}};
  auto const info = model.tensors().front();
  auto const before = model.get(info);
  auto const size = test::message_of<std::invalid_argument>([&] { model.set(info, std::vector<float>(53)); });
  CHECK(test::mentions(size, "0.0.weight", "53 values", "54"));
  auto unknown = info;
  unknown.name = "7.weight";
  CHECK(test::mentions(test::message_of<std::invalid_argument>([&] { model.get(unknown); }), "7.weight",
                       "a tensor of this model"));
  CHECK(model.get(info) == before);
}

TEST_CASE("Model: initial values are those of PyTorch's defaults and depend on the seed only [model]") {
  Model<Net, Cpu, double> model{Seed{9}}, same{Seed{9}}, other{Seed{10}};
  for (TensorInfo const& info : model.tensors()) {
    if (info.role == counter) continue;
    CAPTURE(info.name);
    auto const values = model.get(info);
    CHECK(values == same.get(info));
    bool const drawn = info.name == "0.0.weight" || info.name == "0.0.bias" || info.name == "1.main.weight" ||
                       info.name == "1.main.bias" || info.name == "5.weight" || info.name == "5.bias";
    CHECK((values != other.get(info)) == drawn);
    double const fan_in = info.name[0] == '0' ? 18 : info.name[0] == '1' ? 3 : 36;
    bool const one = info.name.ends_with("running_var") || (info.name.ends_with("weight") && !drawn);
    for (double const v : values) {
      if (drawn) CHECK(std::abs(v) <= 1 / std::sqrt(fan_in));
      else if (info.name == "2.tau") CHECK(v == 0.5);
      else if (info.name == "2.beta") CHECK(v == 0.25);
      else CHECK(v == (one ? 1.0 : 0.0));
    }
  }
  auto const weight = model.get(model.tensors()[21]);
  double squares = 0;
  for (double const v : weight) squares += v * v;
  CHECK(squares / double(weight.size()) ==
        doctest::Approx(1.0 / 36 / 3).epsilon(0.2));  // the variance of a uniform draw
}

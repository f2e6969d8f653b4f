// SPDX-License-Identifier: MIT
#pragma once

#include <tests/golden/shapes.hpp>
#include "model_run.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace golden::residual {

template <Index channels, Index kernel, Index stride>
using Conv =
    tet::Conv2d<channels,
                tet::ConvOptions{
                    .kernel = kernel, .stride = stride, .bias = tet::Bias::none, .exactness = tet::Exactness::direct}>;

template <Index channels, Index stride>
using Main =
    tet::Sequential<Conv<channels, 3, stride>, tet::BatchNorm<>, tet::Lif<>, Conv<channels, 3, 1>, tet::BatchNorm<>>;

/// The block, its neuron, and, as a network must end in analog values, a 1x1 convolution that hands the spikes on.
template <BlockShape shape, class Block>
using NetworkOf = tet::Network<tet::Input<shape.height, shape.width, shape.channels, tet::Spike>, Block, tet::Lif<>,
                               Conv<shape.out, 1, 1>>;

struct Down {
  static constexpr char const* prefix = "down.";
  using Net =
      NetworkOf<down_shape,
                tet::Residual<Main<down_shape.out, 2>, tet::Sequential<Conv<down_shape.out, 1, 2>, tet::BatchNorm<>>>>;
};

struct Same {
  static constexpr char const* prefix = "same.";
  using Net = NetworkOf<same_shape, tet::Residual<Main<same_shape.out, 1>>>;
};

inline std::string const identity = "2.weight";

/// "0.main.1.weight" -> "bn1.weight".
inline std::string name_in_file(std::string const& name) {
  static std::map<std::string, std::string> const layers{
      {"0.main.0", "conv1"},        {"0.main.1", "bn1"},     {"0.main.3", "conv2"},        {"0.main.4", "bn2"},
      {"0.shortcut.0", "shortcut"}, {"0.shortcut.1", "bns"}, {"2", "no array of the file"}};
  auto const dot = name.rfind('.');
  return layers.at(name.substr(0, dot)) + name.substr(dot);
}

template <class Case, class Backend, class Scalar>
void check_block(Topic<Scalar>& file) {
  using Model = tet::Model<typename Case::Net, Backend, Scalar>;
  std::string const prefix = Case::prefix;
  require_compiled_for<Model>(file, prefix + "x", [&](std::string const& name) { return prefix + name_in_file(name); });

  Model model(tet::Seed{1});
  for (auto const& info : tensors_of(model)) {
    if (info.role == tet::TensorRole::statistic)
      continue;  // a new model's running statistics are 0 and 1, as the file's
    if (info.name != identity) {
      model.set(info, file[prefix + name_in_file(info.name)].values);
      continue;
    }
    std::vector<Scalar> unit(std::size_t(info.shape[0] * info.shape[1]), Scalar(0));
    for (Index i = 0; i < info.shape[0]; ++i) unit[std::size_t(i * info.shape[1] + i)] = 1;
    model.set(info, unit);
  }

  Frames<Scalar> const frames(file[prefix + "x"]);
  auto const gy = file[prefix + "gy"];
  auto const y = values_of<Backend>(model.forward(frames.view(), tet::Mode::training));
  file.equal(prefix + "y", to_channels_first(y, gy.shape));
  auto const dy = to_channels_last(gy);
  Backend::upload(reinterpret_cast<std::byte*>(model.output_gradient()), dy.data(), Index(dy.size() * sizeof(Scalar)));
  Scalar const* const dx = model.backward(tet::InputGradient::computed);
  file.close(prefix + "gx", frames.template gradient<Backend>(dx));
  for (auto const& info : tensors_of(model)) {
    if (info.name == identity) continue;
    if (info.role == tet::TensorRole::parameter)
      file.close(prefix + "g." + name_in_file(info.name), model.gradient(info));
    else file.close(prefix + name_in_file(info.name) + "1", model.get(info));
  }
}

}  // namespace golden::residual

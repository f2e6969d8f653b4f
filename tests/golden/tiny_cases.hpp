// SPDX-License-Identifier: MIT
#pragma once

#include "tiny_run.hpp"

#include <map>
#include <string>

// The tiny networks of the golden files.

namespace golden {

struct TinyBn {
  static constexpr char const* topic = "tiny_bn";
  using Net = TinyNetwork<TinyConv<tiny_shape.first, tet::Bias::none>, tet::BatchNorm<>, tet::Lif<>, tet::AvgPool2d<2>,
                          TinyConv<tiny_shape.second, tet::Bias::none>, tet::BatchNorm<>, tet::Lif<>, tet::AvgPool2d<2>,
                          tet::Flatten, tet::Linear<tiny_shape.classes>>;
  static inline std::map<std::string, std::string> const layers{
      {"0", "conv1"}, {"1", "bn1"}, {"4", "conv2"}, {"5", "bn2"}, {"9", "fc"}};
};

struct TinyWithoutBn {
  static constexpr char const* topic = "tiny_nobn";
  using Net = TinyNetwork<TinyConv<tiny_shape.first, tet::Bias::learned>, tet::Lif<>, tet::AvgPool2d<2>,
                          TinyConv<tiny_shape.second, tet::Bias::learned>, tet::Lif<>, tet::AvgPool2d<2>, tet::Flatten,
                          tet::Linear<tiny_shape.classes>>;
  static inline std::map<std::string, std::string> const layers{{"0", "conv1"}, {"3", "conv2"}, {"7", "fc"}};
};

struct TinyNeuronPooling {
  static constexpr char const* topic = "tiny_aplif";
  using Net = TinyNetwork<TinyConv<tiny_shape.first, tet::Bias::none>, tet::BatchNorm<>, tet::Lif<>, tet::AvgPool2d<2>,
                          tet::Lif<>, TinyConv<tiny_shape.second, tet::Bias::none>, tet::BatchNorm<>, tet::Lif<>,
                          tet::AvgPool2d<2>, tet::Lif<>, tet::Flatten, tet::Linear<tiny_shape.classes>>;
  static inline std::map<std::string, std::string> const layers{
      {"0", "conv1"}, {"1", "bn1"}, {"5", "conv2"}, {"6", "bn2"}, {"11", "fc"}};
};

}  // namespace golden

// SPDX-License-Identifier: MIT
#include "tiny_run.hpp"

namespace {

using golden::tiny_shape;

struct TinyWithoutBn {
  static constexpr char const* topic = "tiny_nobn";
  using Net = golden::TinyNetwork<golden::TinyConv<tiny_shape.first, tet::Bias::learned>, tet::Lif<>, tet::AvgPool2d<2>,
                                  golden::TinyConv<tiny_shape.second, tet::Bias::learned>, tet::Lif<>,
                                  tet::AvgPool2d<2>, tet::Flatten, tet::Linear<tiny_shape.classes>>;
  static inline std::map<std::string, std::string> const layers{{"0", "conv1"}, {"3", "conv2"}, {"7", "fc"}};
};

}  // namespace

TEST_CASE_TEMPLATE("golden tiny_nobn: outputs, spikes, gradients and five steps of training [golden]", Scalar, float,
                   double) {
  golden::TinyRun<TinyWithoutBn, Scalar>().check();
}

// SPDX-License-Identifier: MIT
#include "tiny_run.hpp"

namespace {

using golden::tiny_shape;

struct TinyBn {
  static constexpr char const* topic = "tiny_bn";
  using Net =
      golden::TinyNetwork<golden::TinyConv<tiny_shape.first, tet::Bias::none>, tet::BatchNorm<>, tet::Lif<>,
                          tet::AvgPool2d<2>, golden::TinyConv<tiny_shape.second, tet::Bias::none>, tet::BatchNorm<>,
                          tet::Lif<>, tet::AvgPool2d<2>, tet::Flatten, tet::Linear<tiny_shape.classes>>;
  static inline std::map<std::string, std::string> const layers{
      {"0", "conv1"}, {"1", "bn1"}, {"4", "conv2"}, {"5", "bn2"}, {"9", "fc"}};
};

}  // namespace

TEST_CASE_TEMPLATE("golden tiny_bn: outputs, spikes, gradients and five steps of training [golden]", Scalar, float,
                   double) {
  golden::TinyRun<TinyBn, Scalar>().check();
}

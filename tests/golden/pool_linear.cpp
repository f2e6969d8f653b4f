// SPDX-License-Identifier: MIT
#include "signals.hpp"
#include "topic.hpp"

#include <tet/backend/cpu/pooling.hpp>
#include <tet/backend/cpu/synapses.hpp>

#include <string>
#include <vector>

namespace {

using golden::Signal;
using tet::Analog;
using tet::Index;

/// Windows of 2 x 2, or the whole image.
template <class Scalar>
void check_pooling(golden::Topic<Scalar>& file, std::string const& name, bool global) {
  auto const x = file[name + ".x"], gy = file[name + ".gy"];
  tet::PoolGeometry g{.images = x.extent(0), .height = x.extent(2), .width = x.extent(3), .channels = x.extent(1)};
  g.window_height = global ? g.height : 2;
  g.window_width = global ? g.width : 2;
  REQUIRE(gy.shape == golden::Extents{g.images, g.channels, g.out_height(), g.out_width()});

  tet::Cpu exec;
  Signal<Analog, Scalar> input(exec, golden::to_channels_last(x), g.channels);
  Signal<Analog, Scalar> y(g.images * g.out_height() * g.out_width(), g.channels);
  tet::pool_forward(exec, g, input.view(), y.view());
  file.close(name + ".y", golden::to_channels_first(y.values(), gy.shape));

  auto const dy = golden::to_channels_last(gy);
  std::vector<Scalar> dx(x.values.size(), Scalar(-1));
  tet::pool_backward(exec, g, dy.data(), dx.data());
  file.close(name + ".gx", golden::to_channels_first(dx, x.shape));
}

template <class Scalar>
void check_linear(golden::Topic<Scalar>& file) {
  auto const x = file["linear.x"], w = file["linear.w"], b = file["linear.b"], gy = file["linear.gy"];
  tet::ConvGeometry const g{.images = x.size() / x.extent(-1),
                            .height = 1,
                            .width = 1,
                            .in_channels = x.extent(-1),
                            .out_channels = w.extent(0),
                            .exactness = tet::Exactness::direct};
  tet::Cpu exec;
  Signal<Analog, Scalar> input(exec, x.values, g.in_channels);
  auto const weight = golden::linear_from_torch(w);
  golden::Scratch scratch(tet::synapse_workspace<Analog, Scalar>(exec, g));
  std::vector<Scalar> y(gy.values.size()), dx(x.values.size()), dw(w.values.size()), db(b.values.size());
  auto const compare = [&] {
    file.close("linear.y", y);
    file.close("linear.gx", dx);
    file.close("linear.gw", golden::linear_to_torch(dw, w.shape));
    file.close("linear.gb", db);
  };

  tet::synapses_forward(exec, g, input.view(), weight.data(), b.values.data(), y.data(), scratch.view());
  tet::synapses_input_gradient(exec, g, weight.data(), gy.values.data(), dx.data(), scratch.view());
  tet::synapses_weight_gradient(exec, g, input.view(), gy.values.data(), dw.data(), db.data(), scratch.view());
  compare();

  // As the 1x1 convolution that it is, which spiking inputs take.
  tet::conv_forward(exec, g, input.view(), weight.data(), b.values.data(), y.data(), scratch.view());
  tet::conv_input_gradient(exec, g, weight.data(), gy.values.data(), dx.data(), scratch.view());
  tet::conv_weight_gradient(exec, g, input.view(), gy.values.data(), dw.data(), db.data(), scratch.view());
  compare();
}

}  // namespace

TEST_CASE_TEMPLATE("golden pool_linear: average pooling and the linear layer [golden]", Scalar, float, double) {
  golden::Topic<Scalar> file("pool_linear");
  check_pooling(file, "avg", false);
  check_pooling(file, "avg_odd", false);
  check_pooling(file, "gap", true);
  check_linear(file);
  file.report();
  CHECK(golden::unchecked(file).empty());
}

// SPDX-License-Identifier: MIT
#pragma once

#include "signals.hpp"
#include "topic.hpp"

#include <tet/core/convolution.hpp>
#include <tet/core/pooling.hpp>

#include <string>
#include <utility>
#include <vector>

namespace golden {

/// Average pooling and the linear layer.
template <class Backend, class Scalar>
class PoolLinearRun {
 public:
  explicit PoolLinearRun(Backend exec = Backend{}) : lab_(std::move(exec)) {}

  void check() {
    pooling("avg", Windows::small);
    pooling("avg_odd", Windows::small);
    pooling("gap", Windows::whole_image);
    Index const rows = file_["linear.x"].size() / file_["linear.x"].extent(-1);
    linear({.images = rows, .height = 1, .width = 1});
    linear({.images = 1, .height = rows, .width = 1});  // as the 1x1 convolution that it is
    file_.report();
    CHECK(unchecked(file_).empty());
  }

 private:
  enum class Windows { small, whole_image };

  void pooling(std::string const& name, Windows windows) {
    auto const x = file_[name + ".x"], gy = file_[name + ".gy"];
    tet::PoolGeometry g{.images = x.extent(0), .height = x.extent(2), .width = x.extent(3), .channels = x.extent(1)};
    g.window_height = windows == Windows::whole_image ? g.height : 2;
    g.window_width = windows == Windows::whole_image ? g.width : 2;
    REQUIRE(gy.shape == Extents{g.images, g.channels, g.out_height(), g.out_width()});

    auto const input = put_signal<tet::Analog>(lab_, to_channels_last(x), g.channels);
    auto const y = lab_.template room<tet::Analog, Scalar>(g.images * g.out_height() * g.out_width(), g.channels);
    pool_forward(lab_.exec, g, input, y);
    file_.close(name + ".y", to_channels_first(fetch<Backend>(y.data, gy.size()), gy.shape));

    Scalar const* const dy = lab_.put(to_channels_last(gy));
    Scalar* const dx = room(x);
    pool_backward(lab_.exec, g, dy, dx);
    file_.close(name + ".gx", to_channels_first(fetch<Backend>(dx, x.size()), x.shape));
  }

  /// Of a geometry that says where the rows of the input stand.
  void linear(tet::ConvGeometry g) {
    auto const x = file_["linear.x"], w = file_["linear.w"], b = file_["linear.b"], gy = file_["linear.gy"];
    g.in_channels = x.extent(-1);
    g.out_channels = w.extent(0);
    g.exactness = tet::Exactness::direct;

    auto const input = put_signal<tet::Analog>(lab_, x.values, g.in_channels);
    Scalar const *const weight = lab_.put(linear_from_torch(w)), *const bias = lab_.put(b.values),
                        *const dy = lab_.put(gy.values);
    auto const scratch = lab_.workspace(synapse_workspace<tet::Analog, Scalar>(lab_.exec, g));
    Scalar *const y = room(gy), *const dx = room(x), *const dw = room(w), *const db = room(b);
    synapses_forward(lab_.exec, g, input, weight, bias, y, scratch);
    synapses_input_gradient(lab_.exec, g, weight, dy, dx, scratch);
    synapses_weight_gradient(lab_.exec, g, input, dy, dw, db, scratch);
    file_.close("linear.y", fetch<Backend>(y, gy.size()));
    file_.close("linear.gx", fetch<Backend>(dx, x.size()));
    file_.close("linear.gw", linear_to_torch(fetch<Backend>(dw, w.size()), w.shape));
    file_.close("linear.gb", fetch<Backend>(db, b.size()));
  }

  Scalar* room(Array<Scalar> const& like) { return lab_.template room<Scalar>(like.size()); }

  Topic<Scalar> file_{"pool_linear"};
  Lab<Backend> lab_;
};

}  // namespace golden

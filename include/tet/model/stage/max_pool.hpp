// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/max_pool2d.hpp>
#include <tet/model/stage/pooling.hpp>

namespace tet::detail {

/// A max pooling keeps no winners: backward finds them again in its input. So its gradient cannot be read through windows,
/// as that of an average can; it has room of its own.
template <auto options, class Place, class In, class Backend, class Scalar>
class Stage<Node<MaxPool2d<options>, Place>, In, Backend, Scalar>
    : public PoolStage<Node<MaxPool2d<options>, Place>, In, Backend, Scalar> {
 public:
  auto forward(Pass<Backend, Scalar>& pass, InputOf<In, Scalar> x) {
    x_ = x;
    return PoolStage<Node<MaxPool2d<options>, Place>, In, Backend, Scalar>::forward(pass, x);
  }

  void backward(Pass<Backend, Scalar>& pass, GradientView<Scalar> dy, Scalar* dx, InputGradient input) {
    if (input == InputGradient::computed) pool_backward(pass.exec, this->geometry(), x_, dy.data, dx);
  }

 private:
  InputOf<In, Scalar> x_;
};

}  // namespace tet::detail

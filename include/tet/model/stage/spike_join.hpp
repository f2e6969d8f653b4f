// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/spike_join.hpp>
#include <tet/model/stage/branches.hpp>

namespace tet::detail {

/// Two spiking branches, joined. AND and IAND need both branches' outputs again for their gradients: these are kept, and
/// the sum of ADD is of another kind, so the result always has storage of its own.
template <Join join, class Main, class Shortcut, class Place, class In, class Backend, class Scalar>
class Stage<Node<SpikeJoin<join, Main, Shortcut>, Place>, In, Backend, Scalar>
    : public BranchesStage<Node<SpikeJoin<join, Main, Shortcut>, Place>, Main, Shortcut, In, Backend, Scalar> {
  using Branches = BranchesStage<Node<SpikeJoin<join, Main, Shortcut>, Place>, Main, Shortcut, In, Backend, Scalar>;
  using Branches::out_, Branches::y_, Branches::branch_gradient_;
  using typename Branches::MainChain, typename Branches::ShortcutChain;

 public:
  using typename Branches::Output;

  Flow plan(Planner<Backend>& planner, Flow flow) {
    this->plan_branches(planner, flow);
    this->plan_output(planner);
    return out_;
  }

  auto forward(Pass<Backend, Scalar>& pass, InputOf<In, Scalar> x) {
    a_ = this->main_.forward(pass, x);
    s_ = this->shortcut_.forward(pass, x);
    join_forward<join>(pass.exec, a_, s_, y_);
    return y_;
  }

  void plan_gradients(Planner<Backend>& planner) {
    this->plan_branch_gradients(planner, join == Join::add ? this->summed_frames() : out_.frames());
  }

  void backward(Pass<Backend, Scalar>& pass, GradientView<Scalar> dy, Scalar* dx, InputGradient input) {
    this->backward_branches(
        pass, dx, input, [&] { return branch_gradient(pass, factor_of_main(join), s_, dy.data); },
        [&] { return branch_gradient(pass, factor_of_shortcut(join), a_, dy.data); });
  }

 private:
  /// dL/d output of one branch, where `other` is that of the other branch.
  template <class Kind>
  Scalar const* branch_gradient(Pass<Backend, Scalar>& pass, JoinFactor factor, Activation<Kind, Scalar> other,
                                Scalar const* dy) {
    if constexpr (join == Join::add) {
      return dy;
    } else {
      join_gradient(pass.exec, factor, out_.frames() * Output::shape.pixels(), other, dy, branch_gradient_);
      return branch_gradient_;
    }
  }

  Activation<typename MainChain::Output::Kind, Scalar> a_;
  Activation<typename ShortcutChain::Output::Kind, Scalar> s_;
};

}  // namespace tet::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/residual.hpp>
#include <tet/model/stage/branches.hpp>

namespace tet::detail {

/// Two branches, added: into the main branch's output where that has room of the sum's kind and extent.
template <class Main, class Shortcut, class Place, class In, class Backend, class Scalar>
class Stage<Node<Residual<Main, Shortcut>, Place>, In, Backend, Scalar>
    : public BranchesStage<Node<Residual<Main, Shortcut>, Place>, Main, Shortcut, In, Backend, Scalar> {
  using Branches = BranchesStage<Node<Residual<Main, Shortcut>, Place>, Main, Shortcut, In, Backend, Scalar>;
  using Branches::main_, Branches::shortcut_, Branches::y_;
  using typename Branches::MainChain;

 public:
  Flow plan(Planner<Backend>& planner, Flow flow) {
    this->plan_branches(planner, flow);
    if (!adds_in_place()) this->plan_output(planner);
    return this->out_;
  }

  auto forward(Pass<Backend, Scalar>& pass, InputOf<In, Scalar> x) {
    auto const a = main_.forward(pass, x);
    auto const b = shortcut_.forward(pass, x);
    if constexpr (sum_fits)
      if (adds_in_place()) y_ = a;
    add(pass.exec, a, b, y_);
    return y_;
  }

  void plan_gradients(Planner<Backend>& planner) { this->plan_branch_gradients(planner, this->summed_frames()); }

  void backward(Pass<Backend, Scalar>& pass, GradientView<Scalar> dy, Scalar* dx, InputGradient input) {
    auto const of_either = [&] { return dy.data; };
    this->backward_branches(pass, dx, input, of_either, of_either);
  }

 private:
  static constexpr bool sum_fits = MainChain::owns_output && std::is_same_v<typename MainChain::Output::Kind, Analog>;
  bool adds_in_place() const { return sum_fits && this->main_flow_.repeated == this->out_.repeated; }
};

}  // namespace tet::detail

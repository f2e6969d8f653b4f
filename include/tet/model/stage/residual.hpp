// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/residual.hpp>
#include <tet/model/chain.hpp>
#include <tet/model/stage/stage.hpp>

namespace tet::detail {

/// The branch that hands its input on.
template <class In, class Backend, class Scalar>
class IdentityChain {
 public:
  using Output = In;

  void place(TensorCursor&) {}
  Flow plan(Planner<Backend>&, Flow flow) {
    flow_ = flow;
    return flow;
  }
  Index gradient_elements() const { return flow_.frames() * In::shape.size(); }
  void plan_gradients(Planner<Backend>&) {}
  auto forward(Pass<Backend, Scalar>&, InputOf<In, Scalar> x) { return x; }
  Scalar* backward(Pass<Backend, Scalar>&, Scalar* dy, Scalar*, InputGradient) { return dy; }
  template <class Visit>
  void visit_tensors(std::string const&, Visit&) const {}
  void describe(std::string const&, std::vector<LayerRow>&) const {}
  template <class Visit>
  void visit_signals(std::string const&, Visit&) const {}

 private:
  Flow flow_;
};

template <class Layer, class In, class Backend, class Scalar>
struct BranchChain {
  using type = ChainOf<Layer, In, Backend, Scalar>;
};
template <class In, class Backend, class Scalar>
struct BranchChain<Identity, In, Backend, Scalar> {
  using type = IdentityChain<In, Backend, Scalar>;
};

/// Two branches of one input, added. Backward runs the main branch in buffers of its own and the shortcut in its caller's.
template <class Main, class Shortcut, class Place, class In, class Backend, class Scalar>
class Stage<Node<Residual<Main, Shortcut>, Place>, In, Backend, Scalar> {
 public:
  using Layer = Residual<Main, Shortcut>;
  using Output = LayerOutput<Layer, In>;

  void place(TensorCursor& cursor) {
    main_.place(cursor);
    shortcut_.place(cursor);
  }

  Flow plan(Planner<Backend>& planner, Flow flow) {
    in_ = flow;
    main_flow_ = main_.plan(planner, flow);
    shortcut_flow_ = shortcut_.plan(planner, flow);
    out_ = {flow.timesteps, flow.batch, main_flow_.repeated && shortcut_flow_.repeated};
    y_ = take_activation<Output, Scalar>(planner.arena, out_.frames());
    return out_;
  }

  auto forward(Pass<Backend, Scalar>& pass, InputOf<In, Scalar> x) {
    auto const a = main_.forward(pass, x);
    auto const b = shortcut_.forward(pass, x);
    add(pass.exec, a, b, y_);
    return y_;
  }

  /// The main branch's two buffers are not counted: plan_gradients takes them.
  Index gradient_elements() const { return std::max(out_.frames() * Output::shape.size(), shortcut_.gradient_elements()); }

  void plan_gradients(Planner<Backend>& planner) {
    Index const elements = std::max(main_.gradient_elements(), out_.frames() * Output::shape.size());
    for (Scalar*& buffer : main_gradients_) buffer = planner.arena.template take<Scalar>(elements);
    main_.plan_gradients(planner);
    shortcut_.plan_gradients(planner);
  }

  Scalar* backward(Pass<Backend, Scalar>& pass, Scalar* dy, Scalar* other, InputGradient input) {
    branch_gradient(pass, main_flow_, dy, main_gradients_[0]);
    Scalar* const dmain = main_.backward(pass, main_gradients_[0], main_gradients_[1], input);
    branch_gradient(pass, shortcut_flow_, dy, dy);
    Scalar* const dx = shortcut_.backward(pass, dy, other, input);
    if (input == InputGradient::computed)
      accumulate(pass.exec, in_.frames() * In::shape.size(), static_cast<Scalar const*>(dmain), dx);
    return dx;
  }

  template <class Visit>
  void visit_tensors(std::string const& prefix, Visit& visit) const {
    main_.visit_tensors(prefix + Place::prefix() + "main.", visit);
    shortcut_.visit_tensors(prefix + Place::prefix() + "shortcut.", visit);
  }
  void describe(std::string const& prefix, std::vector<LayerRow>& rows) const {
    main_.describe(prefix + Place::prefix() + "main.", rows);
    shortcut_.describe(prefix + Place::prefix() + "shortcut.", rows);
    rows.push_back(layer_row<Layer, Output>(prefix + Place::prefix()));
    rows.back().bytes = bytes_of<Output, Scalar>(out_.frames());
  }
  template <class Visit>
  void visit_signals(std::string const& prefix, Visit& visit) const {
    main_.visit_signals(prefix + Place::prefix() + "main.", visit);
    shortcut_.visit_signals(prefix + Place::prefix() + "shortcut.", visit);
  }

 private:
  /// dL/dy as a branch sees it: summed over time where the branch gives one frame for all timesteps.
  void branch_gradient(Pass<Backend, Scalar>& pass, Flow branch, Scalar const* dy, Scalar* to) {
    Index const frame = out_.batch * Output::shape.size();
    if (branch.repeated && !out_.repeated) sum_over_time(pass.exec, out_.timesteps, frame, dy, to);
    else if (to != dy) copy(pass.exec, out_.frames() * Output::shape.size(), dy, to);
  }

  typename BranchChain<Main, In, Backend, Scalar>::type main_;
  typename BranchChain<Shortcut, In, Backend, Scalar>::type shortcut_;
  Flow in_, main_flow_, shortcut_flow_, out_;
  Activation<Analog, Scalar> y_;
  Scalar* main_gradients_[2] = {};
};

}  // namespace tet::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/residual.hpp>
#include <tet/model/chain.hpp>
#include <tet/model/stage/stage.hpp>

#include <string>
#include <type_traits>
#include <vector>

namespace tet::detail {

/// The branch that hands its input on.
template <class In, class Backend, class Scalar>
class IdentityChain {
 public:
  using Output = In;

  void place(TensorCursor&) {}
  Flow plan(Planner<Backend>&, Flow flow) { return flow; }
  static constexpr bool owns_output = false;
  void plan_gradients(Planner<Backend>&, Target, Index, ArenaRange) {}
  auto forward(Pass<Backend, Scalar>&, InputOf<In, Scalar> x) { return x; }
  Scalar const* backward(Pass<Backend, Scalar>&, Scalar const* dy, Scalar*, InputGradient) { return dy; }
  template <class Visit>
  void visit_tensors(std::string const&, Visit&) const {}
  void describe(std::string const&, std::vector<LayerRow>&) const {}
  template <class Visit>
  void visit_signals(std::string const&, Visit&) const {}
};

template <class Layer, class In, class Backend, class Scalar>
struct BranchChain {
  using type = ChainOf<Layer, In, Backend, Scalar>;
};
template <class In, class Backend, class Scalar>
struct BranchChain<Identity, In, Backend, Scalar> {
  using type = IdentityChain<In, Backend, Scalar>;
};

/// Two branches of one input. How their outputs become one, where that lies, and what of dL/dy goes into each branch, is
/// the layer's own: see Residual and SpikeJoin.
template <class Node, class Main, class Shortcut, class In, class Backend, class Scalar>
class BranchesStage {
 public:
  using Layer = typename Node::Layer;
  using Output = LayerOutput<Layer, In>;

  void place(TensorCursor& cursor) {
    main_.place(cursor);
    shortcut_.place(cursor);
  }

  static constexpr GradientPlace gradient_place = GradientPlace::room;
  static constexpr bool owns_output = true;
  Index input_elements() const { return in_.frames() * In::shape.size(); }

  template <class Visit>
  void visit_tensors(std::string const& prefix, Visit& visit) const {
    main_.visit_tensors(main_prefix(prefix), visit);
    shortcut_.visit_tensors(shortcut_prefix(prefix), visit);
  }
  void describe(std::string const& prefix, std::vector<LayerRow>& rows) const {
    main_.describe(main_prefix(prefix), rows);
    shortcut_.describe(shortcut_prefix(prefix), rows);
    rows.push_back(layer_row<Layer, Output>(prefix + Node::Place::prefix()));
    rows.back().bytes = output_bytes_;
  }
  template <class Visit>
  void visit_signals(std::string const& prefix, Visit& visit) const {
    main_.visit_signals(main_prefix(prefix), visit);
    shortcut_.visit_signals(shortcut_prefix(prefix), visit);
  }

 protected:
  using MainChain = typename BranchChain<Main, In, Backend, Scalar>::type;
  using ShortcutChain = typename BranchChain<Shortcut, In, Backend, Scalar>::type;

  void plan_branches(Planner<Backend>& planner, Flow flow) {
    in_ = flow;
    main_flow_ = main_.plan(planner, flow);
    shortcut_flow_ = shortcut_.plan(planner, flow);
    out_ = {flow.timesteps, flow.batch, main_flow_.repeated && shortcut_flow_.repeated};
    output_bytes_ = 0;
  }
  /// Gives the output storage of its own.
  void plan_output(Planner<Backend>& planner) {
    y_ = take_activation<Output, Scalar>(planner.arena, out_.frames());
    output_bytes_ = bytes_of<Output, Scalar>(out_.frames());
  }

  /// Frames of a sum over time of dL/dy, for a branch that gives one frame for all timesteps; 0 where none does.
  Index summed_frames() const {
    return !out_.repeated && (main_flow_.repeated || shortcut_flow_.repeated) ? out_.batch : 0;
  }
  /// `frames`: of room for dL/d output of one branch at a time, summed_frames() at least.
  void plan_branch_gradients(Planner<Backend>& planner, Index frames) {
    branch_gradient_ = planner.arena.template take<Scalar>(frames * Output::shape.size());
    Index const floor = planner.arena.mark();  // both branches still need what lies before
    main_.plan_gradients(planner, Target::given, floor, {});
    shortcut_.plan_gradients(planner, Target::none, floor, {});
  }

  /// dL/dx from what of_main() and of_shortcut() return: dL/d output of each branch, asked for when it is needed and no
  /// longer needed at the next call.
  template <class OfMain, class OfShortcut>
  void backward_branches(Pass<Backend, Scalar>& pass, Scalar* dx, InputGradient input, OfMain const& of_main,
                         OfShortcut const& of_shortcut) {
    Scalar const* const dmain = main_.backward(pass, summed(pass, main_flow_, of_main()), dx, input);
    if (input == InputGradient::computed && dmain != dx) copy(pass.exec, input_elements(), dmain, dx);
    if (std::is_same_v<Shortcut, Identity> && input == InputGradient::skipped) return;
    Scalar const* const dshortcut =
        shortcut_.backward(pass, summed(pass, shortcut_flow_, of_shortcut()), nullptr, input);
    if (input == InputGradient::computed) accumulate(pass.exec, input_elements(), dshortcut, dx);
  }

  MainChain main_;
  ShortcutChain shortcut_;
  Flow in_, main_flow_, shortcut_flow_, out_;
  Activation<typename Output::Kind, Scalar> y_;
  Scalar* branch_gradient_ = nullptr;

 private:
  static std::string main_prefix(std::string const& prefix) { return prefix + Node::Place::prefix() + "main."; }
  static std::string shortcut_prefix(std::string const& prefix) { return prefix + Node::Place::prefix() + "shortcut."; }

  /// dL/d output of a branch as the branch wants it: summed over time where it gives one frame for all timesteps.
  Scalar const* summed(Pass<Backend, Scalar>& pass, Flow branch, Scalar const* dy) {
    if (!branch.repeated || out_.repeated) return dy;
    sum_over_time(pass.exec, out_.timesteps, out_.batch * Output::shape.size(), dy, branch_gradient_);
    return branch_gradient_;
  }

  Index output_bytes_ = 0;
};

}  // namespace tet::detail

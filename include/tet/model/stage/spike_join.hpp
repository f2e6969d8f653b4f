// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/spike_join.hpp>
#include <tet/model/stage/residual.hpp>

namespace tet::detail {

/// Two spiking branches of one input, joined. AND and IAND need both branches' outputs again for their gradients: these are
/// kept, and the sum of ADD is of another kind, so the result always has storage of its own.
template <Join join, class Main, class Shortcut, class Place, class In, class Backend, class Scalar>
class Stage<Node<SpikeJoin<join, Main, Shortcut>, Place>, In, Backend, Scalar> {
 public:
  using Layer = SpikeJoin<join, Main, Shortcut>;
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
    a_ = main_.forward(pass, x);
    s_ = shortcut_.forward(pass, x);
    join_forward<join>(pass.exec, a_, s_, y_);
    return y_;
  }

  static constexpr GradientPlace gradient_place = GradientPlace::room;
  static constexpr bool owns_output = true;
  Index input_elements() const { return in_.frames() * In::shape.size(); }

  void plan_gradients(Planner<Backend>& planner) {
    bool const sums = !out_.repeated && (main_flow_.repeated || shortcut_flow_.repeated);
    Index const frames = join != Join::add ? out_.frames() : sums ? out_.batch : 0;
    branch_gradient_ = planner.arena.template take<Scalar>(frames * Output::shape.size());
    Index const floor = planner.arena.mark();  // both branches still need what lies before
    main_.plan_gradients(planner, Target::given, floor, {});
    shortcut_.plan_gradients(planner, Target::none, floor, {});
  }

  void backward(Pass<Backend, Scalar>& pass, GradientView<Scalar> dy, Scalar* dx, InputGradient input) {
    Scalar const* const da = branch_gradient(pass, main_flow_, factor_of_main(join), s_, dy.data);
    Scalar const* const dmain = main_.backward(pass, da, dx, input);
    if (input == InputGradient::computed && dmain != dx) copy(pass.exec, input_elements(), dmain, dx);
    if (std::is_same_v<Shortcut, Identity> && input == InputGradient::skipped) return;
    Scalar const* const ds = branch_gradient(pass, shortcut_flow_, factor_of_shortcut(join), a_, dy.data);
    Scalar const* const dshortcut = shortcut_.backward(pass, ds, nullptr, input);
    if (input == InputGradient::computed) accumulate(pass.exec, input_elements(), dshortcut, dx);
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
  using MainChain = typename BranchChain<Main, In, Backend, Scalar>::type;
  using ShortcutChain = typename BranchChain<Shortcut, In, Backend, Scalar>::type;

  /// dL/d output of one branch, where `other` is that of the other branch: summed over time where the branch gives one frame
  /// for all timesteps.
  template <class Kind>
  Scalar const* branch_gradient(Pass<Backend, Scalar>& pass, Flow branch, JoinFactor factor,
                                Activation<Kind, Scalar> other, Scalar const* dy) {
    if constexpr (join != Join::add) {
      join_gradient(pass.exec, factor, out_.frames() * Output::shape.pixels(), other, dy, branch_gradient_);
      dy = branch_gradient_;
    }
    if (!branch.repeated || out_.repeated) return dy;
    sum_over_time(pass.exec, out_.timesteps, out_.batch * Output::shape.size(), dy, branch_gradient_);
    return branch_gradient_;
  }

  MainChain main_;
  ShortcutChain shortcut_;
  Flow in_, main_flow_, shortcut_flow_, out_;
  Activation<typename MainChain::Output::Kind, Scalar> a_;
  Activation<typename ShortcutChain::Output::Kind, Scalar> s_;
  Activation<typename Output::Kind, Scalar> y_;
  Scalar* branch_gradient_ = nullptr;
};

}  // namespace tet::detail
